from typing import Literal

V2NewAdministratorLanguage = Literal["", "de", "en"]

V2_NEW_ADMINISTRATOR_LANGUAGE_VALUES: set[V2NewAdministratorLanguage] = {
    "",
    "de",
    "en",
}


def check_v2_new_administrator_language(value: str) -> V2NewAdministratorLanguage:
    if value in V2_NEW_ADMINISTRATOR_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_NEW_ADMINISTRATOR_LANGUAGE_VALUES!r}")
