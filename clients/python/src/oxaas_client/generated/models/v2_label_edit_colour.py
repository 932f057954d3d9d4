from typing import Literal

V2LabelEditColour = Literal["blue", "green", "grey", "purple", "red", "yellow"]

V2_LABEL_EDIT_COLOUR_VALUES: set[V2LabelEditColour] = {
    "blue",
    "green",
    "grey",
    "purple",
    "red",
    "yellow",
}


def check_v2_label_edit_colour(value: str) -> V2LabelEditColour:
    if value in V2_LABEL_EDIT_COLOUR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_LABEL_EDIT_COLOUR_VALUES!r}")
