from typing import Literal

V2AdministratorsListRole = Literal["context", "master", "reseller", "tenant"]

V2_ADMINISTRATORS_LIST_ROLE_VALUES: set[V2AdministratorsListRole] = {
    "context",
    "master",
    "reseller",
    "tenant",
}


def check_v2_administrators_list_role(value: str) -> V2AdministratorsListRole:
    if value in V2_ADMINISTRATORS_LIST_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_ADMINISTRATORS_LIST_ROLE_VALUES!r}")
