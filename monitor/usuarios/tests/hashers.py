from monitor.usuarios.hashers import Argon2Hasher


class HasherDePrueba(Argon2Hasher):
    """Monitor's own, without what it costs on purpose: the tests enter some hundreds of times."""

    time_cost = 1
    memory_cost = 8  # KiB
