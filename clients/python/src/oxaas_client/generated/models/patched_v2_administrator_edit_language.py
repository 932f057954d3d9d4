from typing import Literal

PatchedV2AdministratorEditLanguage = Literal["", "de", "en"]

PATCHED_V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES: set[PatchedV2AdministratorEditLanguage] = {
    "",
    "de",
    "en",
}


def check_patched_v2_administrator_edit_language(value: str) -> PatchedV2AdministratorEditLanguage:
    if value in PATCHED_V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PATCHED_V2_ADMINISTRATOR_EDIT_LANGUAGE_VALUES!r}")
