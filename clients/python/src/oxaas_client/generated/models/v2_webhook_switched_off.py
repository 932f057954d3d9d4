from typing import Literal

V2WebhookSwitchedOff = Literal["failed", "gone"]

V2_WEBHOOK_SWITCHED_OFF_VALUES: set[V2WebhookSwitchedOff] = {
    "failed",
    "gone",
}


def check_v2_webhook_switched_off(value: str) -> V2WebhookSwitchedOff:
    if value in V2_WEBHOOK_SWITCHED_OFF_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_WEBHOOK_SWITCHED_OFF_VALUES!r}")
