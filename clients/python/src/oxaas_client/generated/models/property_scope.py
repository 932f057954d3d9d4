from typing import Literal

PropertyScope = Literal["context", "reseller", "server", "user"]

PROPERTY_SCOPE_VALUES: set[PropertyScope] = {
    "context",
    "reseller",
    "server",
    "user",
}


def check_property_scope(value: str) -> PropertyScope:
    if value in PROPERTY_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PROPERTY_SCOPE_VALUES!r}")
