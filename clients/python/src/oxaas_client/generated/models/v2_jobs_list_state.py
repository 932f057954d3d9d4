from typing import Literal

V2JobsListState = Literal["cancelled", "columns", "done", "failed", "previewing", "reading", "ready", "running"]

V2_JOBS_LIST_STATE_VALUES: set[V2JobsListState] = {
    "cancelled",
    "columns",
    "done",
    "failed",
    "previewing",
    "reading",
    "ready",
    "running",
}


def check_v2_jobs_list_state(value: str) -> V2JobsListState:
    if value in V2_JOBS_LIST_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_JOBS_LIST_STATE_VALUES!r}")
