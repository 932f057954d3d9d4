from typing import Literal

V2AdministratorEditLanguage = Literal["", "de", "en"]

V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES: set[V2AdministratorEditLanguage] = {
    "",
    "de",
    "en",
}


def check_v2_administrator_edit_language(value: str) -> V2AdministratorEditLanguage:
    if value in V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES!r}")
