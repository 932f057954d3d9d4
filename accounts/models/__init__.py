"""Resellers, contexts, users, administrators and configuration."""

from accounts.models.administrators import Administrator, LoginFailures
from accounts.models.api_passwords import ApiFamily, ApiPassword
from accounts.models.config import ConfigProperty
from accounts.models.contexts import Context
from accounts.models.credentials import PASSWORD, Credential
from accounts.models.labels import Label
from accounts.models.logins import KnownAddress, LoginEvent
from accounts.models.resellers import Reseller
from accounts.models.saved_filters import SavedFilter
from accounts.models.second_factors import Passkey, RecoveryCode, TotpDevice
from accounts.models.users import CustomId, IdentifierField, LastLogin, User, identifiers

__all__ = [
    "PASSWORD",
    "Administrator",
    "ApiFamily",
    "ApiPassword",
    "ConfigProperty",
    "Context",
    "Credential",
    "CustomId",
    "IdentifierField",
    "KnownAddress",
    "Label",
    "LastLogin",
    "LoginEvent",
    "LoginFailures",
    "Passkey",
    "RecoveryCode",
    "Reseller",
    "SavedFilter",
    "TotpDevice",
    "User",
    "identifiers",
]
