from typing import Literal

V2ChangesListChannel = Literal["api", "command", "import", "provision", "web"]

V2_CHANGES_LIST_CHANNEL_VALUES: set[V2ChangesListChannel] = {
    "api",
    "command",
    "import",
    "provision",
    "web",
}


def check_v2_changes_list_channel(value: str) -> V2ChangesListChannel:
    if value in V2_CHANGES_LIST_CHANNEL_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_CHANGES_LIST_CHANNEL_VALUES!r}")
