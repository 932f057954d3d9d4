"""The receiver of docs/webhooks.md takes what is signed by its secret, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from standardwebhooks.webhooks import Webhook as Signer

from tests.test_readme import ROOT

TEXT: Final = (ROOT / "docs/webhooks.md").read_text()
SECRET: Final = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OTHER: Final = "whsec_YWJjZGVmYWJjZGVmYWJjZGVmYWJjZGVmYWJjZGVmYWI="
BODY: Final = '{"type":"webhook.test"}'


@pytest.fixture(scope="module")
def example() -> dict[str, Any]:
    """What the document's Python defines."""
    (code,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    found: dict[str, Any] = {"__name__": "example"}
    exec(code, found)
    return found


def headers(*secrets: str, age: int = 0) -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=age)
    signatures = " ".join(Signer(secret).sign("id_1", at, BODY) for secret in secrets)
    stamp = str(int(at.timestamp()))
    return {"webhook-id": "id_1", "webhook-timestamp": stamp, "webhook-signature": signatures}


@pytest.mark.parametrize("secrets", [(SECRET,), (OTHER, SECRET)])
def test_receiver__takes_what_is_signed_by_its_secret(example: dict[str, Any], secrets: tuple[str, ...]) -> None:
    assert example["verify"](SECRET, headers(*secrets), BODY.encode()) == {"type": "webhook.test"}


@pytest.mark.parametrize(
    ("given", "body"),
    [(headers(OTHER), BODY), (headers(SECRET), BODY + " "), (headers(SECRET, age=600), BODY)],
    ids=["another secret", "another body", "old"],
)
def test_receiver__refuses_anything_else(example: dict[str, Any], given: dict[str, str], body: str) -> None:
    with pytest.raises(ValueError, match=r"signed|old"):
        example["verify"](SECRET, given, body.encode())
