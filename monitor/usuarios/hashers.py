from django.contrib.auth import hashers


class Argon2Hasher(hashers.Argon2PasswordHasher):
    """Argon2id at OWASP's lower setting: several logins at once must not cost a worker its memory."""

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
