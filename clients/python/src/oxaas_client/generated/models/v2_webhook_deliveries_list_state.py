from typing import Literal

V2WebhookDeliveriesListState = Literal["delivered", "given_up", "left_out", "waiting"]

V2_WEBHOOK_DELIVERIES_LIST_STATE_VALUES: set[V2WebhookDeliveriesListState] = {
    "delivered",
    "given_up",
    "left_out",
    "waiting",
}


def check_v2_webhook_deliveries_list_state(value: str) -> V2WebhookDeliveriesListState:
    if value in V2_WEBHOOK_DELIVERIES_LIST_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_WEBHOOK_DELIVERIES_LIST_STATE_VALUES!r}")
