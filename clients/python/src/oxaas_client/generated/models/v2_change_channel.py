from typing import Literal

V2ChangeChannel = Literal["api", "command", "import", "provision", "web"]

V2_CHANGE_CHANNEL_VALUES: set[V2ChangeChannel] = {
    "api",
    "command",
    "import",
    "provision",
    "web",
}


def check_v2_change_channel(value: str) -> V2ChangeChannel:
    if value in V2_CHANGE_CHANNEL_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_CHANGE_CHANNEL_VALUES!r}")
