from typing import Literal

V2PropertiesListScope = Literal["context", "reseller", "server", "user"]

V2_PROPERTIES_LIST_SCOPE_VALUES: set[V2PropertiesListScope] = {
    "context",
    "reseller",
    "server",
    "user",
}


def check_v2_properties_list_scope(value: str) -> V2PropertiesListScope:
    if value in V2_PROPERTIES_LIST_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_PROPERTIES_LIST_SCOPE_VALUES!r}")
