from typing import Literal

V2ApiPasswordFamiliesItem = Literal[
    "Admin", "Administrators", "Changes", "Contexts", "Explicit Domains", "Forwards", "Mail"
]

V2_API_PASSWORD_FAMILIES_ITEM_VALUES: set[V2ApiPasswordFamiliesItem] = {
    "Admin",
    "Administrators",
    "Changes",
    "Contexts",
    "Explicit Domains",
    "Forwards",
    "Mail",
}


def check_v2_api_password_families_item(value: str) -> V2ApiPasswordFamiliesItem:
    if value in V2_API_PASSWORD_FAMILIES_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_API_PASSWORD_FAMILIES_ITEM_VALUES!r}")
