from typing import Literal

PatchedV2LabelEditColour = Literal["blue", "green", "grey", "purple", "red", "yellow"]

PATCHED_V2_LABEL_EDIT_COLOUR_VALUES: set[PatchedV2LabelEditColour] = {
    "blue",
    "green",
    "grey",
    "purple",
    "red",
    "yellow",
}


def check_patched_v2_label_edit_colour(value: str) -> PatchedV2LabelEditColour:
    if value in PATCHED_V2_LABEL_EDIT_COLOUR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PATCHED_V2_LABEL_EDIT_COLOUR_VALUES!r}")
