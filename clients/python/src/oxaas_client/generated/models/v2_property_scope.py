from typing import Literal

V2PropertyScope = Literal["context", "reseller", "server", "user"]

V2_PROPERTY_SCOPE_VALUES: set[V2PropertyScope] = {
    "context",
    "reseller",
    "server",
    "user",
}


def check_v2_property_scope(value: str) -> V2PropertyScope:
    if value in V2_PROPERTY_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_PROPERTY_SCOPE_VALUES!r}")
