from typing import Literal

V2JobState = Literal["cancelled", "columns", "done", "failed", "previewing", "reading", "ready", "running"]

V2_JOB_STATE_VALUES: set[V2JobState] = {
    "cancelled",
    "columns",
    "done",
    "failed",
    "previewing",
    "reading",
    "ready",
    "running",
}


def check_v2_job_state(value: str) -> V2JobState:
    if value in V2_JOB_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_JOB_STATE_VALUES!r}")
