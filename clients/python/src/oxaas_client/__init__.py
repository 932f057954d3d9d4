"""A typed client of oxaas' API. `docs/client.md` of the product shows how it is used."""

__all__ = ["__version__"]

# The server's: a client is made of its description.
__version__ = "0.1.0"
