from typing import Literal

V2StepFound = Literal[
    "alias", "expired alias", "mailbox", "nowhere", "outside", "suspended alias", "suspended mailbox", "too many"
]

V2_STEP_FOUND_VALUES: set[V2StepFound] = {
    "alias",
    "expired alias",
    "mailbox",
    "nowhere",
    "outside",
    "suspended alias",
    "suspended mailbox",
    "too many",
}


def check_v2_step_found(value: str) -> V2StepFound:
    if value in V2_STEP_FOUND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_STEP_FOUND_VALUES!r}")
