from typing import Literal

V2DomainProof = Literal["declared", "master", "mx", "txt", "waiting"]

V2_DOMAIN_PROOF_VALUES: set[V2DomainProof] = {
    "declared",
    "master",
    "mx",
    "txt",
    "waiting",
}


def check_v2_domain_proof(value: str) -> V2DomainProof:
    if value in V2_DOMAIN_PROOF_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_DOMAIN_PROOF_VALUES!r}")
