from typing import Literal

V2JobsItemsOutcome = Literal["changed", "refused", "unchanged"]

V2_JOBS_ITEMS_OUTCOME_VALUES: set[V2JobsItemsOutcome] = {
    "changed",
    "refused",
    "unchanged",
}


def check_v2_jobs_items_outcome(value: str) -> V2JobsItemsOutcome:
    if value in V2_JOBS_ITEMS_OUTCOME_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_JOBS_ITEMS_OUTCOME_VALUES!r}")
