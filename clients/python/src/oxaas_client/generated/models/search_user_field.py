from typing import Literal

SearchUserField = Literal["ANY", "CUSTOM", "MSISDN", "UIDNAME"]

SEARCH_USER_FIELD_VALUES: set[SearchUserField] = {
    "ANY",
    "CUSTOM",
    "MSISDN",
    "UIDNAME",
}


def check_search_user_field(value: str) -> SearchUserField:
    if value in SEARCH_USER_FIELD_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SEARCH_USER_FIELD_VALUES!r}")
