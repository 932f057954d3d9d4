from typing import Literal

V2MadeWebhookSwitchedOff = Literal["failed", "gone"]

V2_MADE_WEBHOOK_SWITCHED_OFF_VALUES: set[V2MadeWebhookSwitchedOff] = {
    "failed",
    "gone",
}


def check_v2_made_webhook_switched_off(value: str) -> V2MadeWebhookSwitchedOff:
    if value in V2_MADE_WEBHOOK_SWITCHED_OFF_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_MADE_WEBHOOK_SWITCHED_OFF_VALUES!r}")
