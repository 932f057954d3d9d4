"""The contract's security schemes in the OpenAPI document. Importing this module registers them."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

_MASTER_OVERRIDE: Final = "reseller or master administrator where MASTER_ACCOUNT_OVERRIDE is enabled"
SCHEME_DESCRIPTIONS: Final = {
    "basicAuth": "HTTP Basic Authentication.",
    "contextAdminAuth": f"context administrator; {_MASTER_OVERRIDE}",
    "contextAdminOnlyAuth": "context administrator or reseller administrator",
    "resellerAdminAuth": f"{_MASTER_OVERRIDE}; context administrators have no access",
    "tennantAuth": "configured per tenant",
}


class SchemeExtension(OpenApiAuthenticationExtension):
    """The contract's five security schemes."""

    target_class = "accounts.schemes.SchemeAuthentication"
    match_subclasses = True

    @property
    def name(self) -> str:  # type: ignore[override]
        return str(self.target.scheme)

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """HTTP Basic, and who it is for."""
        return {"type": "http", "scheme": "basic", "description": SCHEME_DESCRIPTIONS[self.name]}
