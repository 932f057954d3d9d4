from typing import Literal

V2LabelColour = Literal["blue", "green", "grey", "purple", "red", "yellow"]

V2_LABEL_COLOUR_VALUES: set[V2LabelColour] = {
    "blue",
    "green",
    "grey",
    "purple",
    "red",
    "yellow",
}


def check_v2_label_colour(value: str) -> V2LabelColour:
    if value in V2_LABEL_COLOUR_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_LABEL_COLOUR_VALUES!r}")
