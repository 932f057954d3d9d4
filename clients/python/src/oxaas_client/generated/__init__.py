"""A client library for accessing Cloud-Plugins Rest APIs"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
