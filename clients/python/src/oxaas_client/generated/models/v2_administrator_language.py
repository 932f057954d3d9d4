from typing import Literal

V2AdministratorLanguage = Literal["", "de", "en"]

V2_ADMINISTRATOR_LANGUAGE_VALUES: set[V2AdministratorLanguage] = {
    "",
    "de",
    "en",
}


def check_v2_administrator_language(value: str) -> V2AdministratorLanguage:
    if value in V2_ADMINISTRATOR_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_ADMINISTRATOR_LANGUAGE_VALUES!r}")
