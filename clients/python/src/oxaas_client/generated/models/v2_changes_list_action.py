from typing import Literal

V2ChangesListAction = Literal["create", "delete", "handover", "read", "update"]

V2_CHANGES_LIST_ACTION_VALUES: set[V2ChangesListAction] = {
    "create",
    "delete",
    "handover",
    "read",
    "update",
}


def check_v2_changes_list_action(value: str) -> V2ChangesListAction:
    if value in V2_CHANGES_LIST_ACTION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_CHANGES_LIST_ACTION_VALUES!r}")
