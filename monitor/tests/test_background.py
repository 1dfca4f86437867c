"""The loop of the processes in the background. Those of the mail and of the cloud have their own tests."""

import pytest

from monitor.background import Worker

pytestmark = pytest.mark.una_vez


def test_descanso_se_dobla_hasta_un_minuto_mientras_nadie_responde_y_vuelve_a_un_segundo(monkeypatch):
    worker, vueltas, descansos = Worker(), iter([False] * 7 + [True] * 2 + [False]), []
    monkeypatch.setattr(worker, "work", lambda: next(vueltas))
    monkeypatch.setattr(worker._stopping, "wait", descansos.append)

    worker.run(lambda: len(descansos) < 10)

    assert descansos == [2, 4, 8, 16, 32, 60, 60, 1, 1, 2]
