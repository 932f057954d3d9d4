from typing import Literal

V2DomainsListProof = Literal["declared", "master", "mx", "txt", "waiting"]

V2_DOMAINS_LIST_PROOF_VALUES: set[V2DomainsListProof] = {
    "declared",
    "master",
    "mx",
    "txt",
    "waiting",
}


def check_v2_domains_list_proof(value: str) -> V2DomainsListProof:
    if value in V2_DOMAINS_LIST_PROOF_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {V2_DOMAINS_LIST_PROOF_VALUES!r}")
