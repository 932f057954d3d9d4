"""A typed client of oxaas' API. `docs/client.md` of the product shows how it is used."""

from oxaas_client.client import Client, Item
from oxaas_client.problems import (
    Conflict,
    Confused,
    Forbidden,
    Forgotten,
    Invalid,
    NotFound,
    OxaasError,
    PreconditionFailed,
    Problem,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
    Wrong,
)

__all__ = [
    "Client",
    "Conflict",
    "Confused",
    "Forbidden",
    "Forgotten",
    "Invalid",
    "Item",
    "NotFound",
    "OxaasError",
    "PreconditionFailed",
    "Problem",
    "TooMany",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "Wrong",
    "__version__",
]

# The server's: a client is made of its description.
__version__ = "0.1.0"
