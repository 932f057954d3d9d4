from typing import Literal

V2NewApiPasswordFamiliesItem = Literal[
    "Admin", "Administrators", "Changes", "Contexts", "Explicit Domains", "Forwards", "Mail"
]

V2_NEW_API_PASSWORD_FAMILIES_ITEM_VALUES: set[V2NewApiPasswordFamiliesItem] = {
    "Admin",
    "Administrators",
    "Changes",
    "Contexts",
    "Explicit Domains",
    "Forwards",
    "Mail",
}


def check_v2_new_api_password_families_item(value: str) -> V2NewApiPasswordFamiliesItem:
    if value in V2_NEW_API_PASSWORD_FAMILIES_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_NEW_API_PASSWORD_FAMILIES_ITEM_VALUES!r}")
