from monitor.api.tests.fixtures import administrador, anonimo, operador, tecnico  # noqa: F401
