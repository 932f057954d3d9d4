from typing import Literal

V2NewAdministratorRole = Literal["context", "master", "reseller", "tenant"]

V2_NEW_ADMINISTRATOR_ROLE_VALUES: set[V2NewAdministratorRole] = {
    "context",
    "master",
    "reseller",
    "tenant",
}


def check_v2_new_administrator_role(value: str) -> V2NewAdministratorRole:
    if value in V2_NEW_ADMINISTRATOR_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_NEW_ADMINISTRATOR_ROLE_VALUES!r}")
