"""The roof: settings, URLs, middleware, health, checks; nobody imports it."""

__version__ = "0.1.0"
