from typing import Literal

V2DeliveryState = Literal["delivered", "given_up", "left_out", "waiting"]

V2_DELIVERY_STATE_VALUES: set[V2DeliveryState] = {
    "delivered",
    "given_up",
    "left_out",
    "waiting",
}


def check_v2_delivery_state(value: str) -> V2DeliveryState:
    if value in V2_DELIVERY_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_DELIVERY_STATE_VALUES!r}")
