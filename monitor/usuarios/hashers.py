from django.contrib.auth import hashers


class Argon2Hasher(hashers.Argon2PasswordHasher):
    """Argon2id with one of the lowest settings that OWASP recommends, because several logins at once must not cost a
    worker its memory."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
