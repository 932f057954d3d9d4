from typing import Literal

V2ChangeAction = Literal["create", "delete", "handover", "read", "update"]

V2_CHANGE_ACTION_VALUES: set[V2ChangeAction] = {
    "create",
    "delete",
    "handover",
    "read",
    "update",
}


def check_v2_change_action(value: str) -> V2ChangeAction:
    if value in V2_CHANGE_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_CHANGE_ACTION_VALUES!r}")
