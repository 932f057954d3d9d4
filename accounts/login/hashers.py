"""The password hasher: Argon2id at OWASP's recommended strength."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2idPasswordHasher(Argon2PasswordHasher):
    """19 MiB, two passes, one lane: about 20 ms. Django's own 100 MiB would let sixteen logins fill 1.6 GB."""

    time_cost = 2
    memory_cost = 19_456
    parallelism = 1
