from typing import Literal

V2MadeApiPasswordFamiliesItem = Literal[
    "Admin", "Administrators", "Changes", "Contexts", "Explicit Domains", "Forwards", "Mail"
]

V2_MADE_API_PASSWORD_FAMILIES_ITEM_VALUES: set[V2MadeApiPasswordFamiliesItem] = {
    "Admin",
    "Administrators",
    "Changes",
    "Contexts",
    "Explicit Domains",
    "Forwards",
    "Mail",
}


def check_v2_made_api_password_families_item(value: str) -> V2MadeApiPasswordFamiliesItem:
    if value in V2_MADE_API_PASSWORD_FAMILIES_ITEM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_MADE_API_PASSWORD_FAMILIES_ITEM_VALUES!r}")
