from typing import Literal

V2AdministratorRole = Literal["context", "master", "reseller", "tenant"]

V2_ADMINISTRATOR_ROLE_VALUES: set[V2AdministratorRole] = {
    "context",
    "master",
    "reseller",
    "tenant",
}


def check_v2_administrator_role(value: str) -> V2AdministratorRole:
    if value in V2_ADMINISTRATOR_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_ADMINISTRATOR_ROLE_VALUES!r}")
