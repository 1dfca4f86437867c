from monitor.api.recent import Recent


def test_se_queda_lo_ultimo_que_se_pidio_hasta_que_no_cabe():
    recent = Recent(30)
    for clave in "abc":
        recent.keep(clave, b"x" * 10, 10)
    assert recent.get("a") == b"x" * 10

    recent.keep("d", b"y" * 10, 10)

    assert [recent.get(clave) for clave in "abcd"] == [b"x" * 10, None, b"x" * 10, b"y" * 10]


def test_lo_que_se_guarda_otra_vez_ocupa_una_vez():
    recent = Recent(20)
    for _ in range(5):
        recent.keep("a", b"x" * 10, 10)
    recent.keep("b", b"y" * 10, 10)

    assert (recent.get("a"), recent.get("b")) == (b"x" * 10, b"y" * 10)


def test_lo_que_no_cabe_solo_no_se_guarda():
    recent = Recent(5)
    recent.keep("a", b"x" * 10, 10)
    recent.keep("b", b"y" * 5, 5)

    assert (recent.get("a"), recent.get("b")) == (None, b"y" * 5)


def test_lo_olvidado_deja_su_lugar():
    recent = Recent(20)
    recent.keep("a", b"x" * 10, 10)
    recent.keep("b", b"y" * 10, 10)
    recent.forget("a")
    recent.forget("nada")
    recent.keep("c", b"z" * 10, 10)

    assert [recent.get(clave) for clave in "abc"] == [None, b"y" * 10, b"z" * 10]
