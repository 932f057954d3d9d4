from typing import Literal

V2JobRowOutcome = Literal["changed", "refused", "unchanged"]

V2_JOB_ROW_OUTCOME_VALUES: set[V2JobRowOutcome] = {
    "changed",
    "refused",
    "unchanged",
}


def check_v2_job_row_outcome(value: str) -> V2JobRowOutcome:
    if value in V2_JOB_ROW_OUTCOME_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_JOB_ROW_OUTCOME_VALUES!r}")
