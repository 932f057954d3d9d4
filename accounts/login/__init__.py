"""Logging in: the authentication backends, the lock-out after failures, and the password hashers."""
