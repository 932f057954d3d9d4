from typing import Literal

V2EffectiveScope = Literal["context", "reseller", "server", "user"]

V2_EFFECTIVE_SCOPE_VALUES: set[V2EffectiveScope] = {
    "context",
    "reseller",
    "server",
    "user",
}


def check_v2_effective_scope(value: str) -> V2EffectiveScope:
    if value in V2_EFFECTIVE_SCOPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_EFFECTIVE_SCOPE_VALUES!r}")
