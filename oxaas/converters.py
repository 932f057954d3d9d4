"""Path converters.

A server hands over the path with its escapes decoded, so `%2F` in a parameter is a slash like any other here.
"""

from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import StringConverter


class RestConverter(StringConverter):
    """The rest of the path, slashes included, not ending in one."""

    regex = r"(?s:.*[^/])"


class AddressConverter(StringConverter):
    """A mail address, or what stands in its place.

    A local part may hold slashes, a domain holds none: so the first domain's end is the parameter's end.
    """

    regex = r"""(?:"(?:[^"\\]|\\.)*"@[^@/]+|[^@"]+@[^@/]+|[^/]+)"""


def register() -> None:
    """Make `<rest:…>` and `<address:…>` known."""
    register_converter(RestConverter, "rest")
    register_converter(AddressConverter, "address")
