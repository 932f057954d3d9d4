from typing import Literal

V2PlannedAction = Literal["create", "delete", "handover", "read", "update"]

V2_PLANNED_ACTION_VALUES: set[V2PlannedAction] = {
    "create",
    "delete",
    "handover",
    "read",
    "update",
}


def check_v2_planned_action(value: str) -> V2PlannedAction:
    if value in V2_PLANNED_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_PLANNED_ACTION_VALUES!r}")
