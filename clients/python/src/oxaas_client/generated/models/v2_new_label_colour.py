from typing import Literal

V2NewLabelColour = Literal["blue", "green", "grey", "purple", "red", "yellow"]

V2_NEW_LABEL_COLOUR_VALUES: set[V2NewLabelColour] = {
    "blue",
    "green",
    "grey",
    "purple",
    "red",
    "yellow",
}


def check_v2_new_label_colour(value: str) -> V2NewLabelColour:
    if value in V2_NEW_LABEL_COLOUR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_NEW_LABEL_COLOUR_VALUES!r}")
