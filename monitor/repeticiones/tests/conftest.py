from monitor.api.tests.fixtures import administrador  # noqa: F401
