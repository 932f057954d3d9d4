"""Every way into the product that takes a name, as a function of the name; each answers whether it was taken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Administrator, ConfigProperty, Context, CustomId, Reseller, User
from accounts.provision import ProvisionError, provision
from bulk.models import BulkJob
from core.spreadsheets import csv_lines
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.client import FORWARDS, Api
from tests.world import OPERATOR, World

USER: Final = "/oxaas/v1/admin/contexts/24/users/42"
SECRET: Final = "correct horse battery"
OUTSIDE: Final = "outside@elsewhere.example"
Channel = Callable[[World, str], bool]

# Where names are kept as they were written.
KEPT: Final = [
    (Administrator, "login"),
    (ConfigProperty, "name"),
    (Context, "name"),
    (CustomId, "value"),
    (ExplicitDomain, "name"),
    (ForwardingAlias, "address"),
    (Recipient, "address"),
    (Reseller, "name"),
    (Reseller, "display_name"),
    (Reseller, "product_name"),
    (User, "uidname"),
]


def kept() -> list[str]:
    """All names that are stored."""
    return [name for model, field in KEPT for name in model._default_manager.values_list(field, flat=True)]


def on_api(method: str, path: str, body: Any, login: str = "admin") -> bool:
    response = Api()(method, path, login, body)
    assert response.status_code in {200, 201, 204, 400, 403, 404, 409}, response.status_code
    return response.status_code < 300


def _client(world: World, who: str) -> Client:
    client = Client()
    client.force_login(world.administrators[who], backend="accounts.login.backends.LoginBackend")
    return client


def form(world: World, page: str, data: dict[str, Any], who: str = "root") -> bool:
    response = _client(world, who).post(f"/admin/{page}/add/", data)
    assert response.status_code in {200, 302}
    return response.status_code == 302


def declared(section: str, **entry: Any) -> bool:
    try:
        provision({section: [entry]}, actor=OPERATOR)
    except ProvisionError:
        return False
    return True


def imported(world: World, table: str, rows: list[list[str]]) -> bool:
    """Whether the line was written; the preview and the run agree."""
    client = _client(world, "root")
    content = b"".join(line.encode("utf-8", "surrogatepass") for line in csv_lines(rows))
    page = client.post(f"/admin/{table}/import", {"file": SimpleUploadedFile("names.csv", content)}, follow=True)
    assert page.status_code == 200
    if "job" not in page.context:
        return False
    job = page.context["job"]
    client.post(f"/admin/bulk/bulkjob/{job.pk}/start/", {"count": str(job.changed)})
    return BulkJob.objects.get(pk=job.pk).state == BulkJob.State.DONE


_CONTEXT: Final = {"id": "77", "quota": "", "quota_unit": "GB", "is_active": "on"}
_RESELLER: Final = {"name": "gamma", "is_active": "on", "max_overall_context_quota_unit": "GB"}
_ACCOUNT: Final = {
    "role": "master",
    "is_active": "on",
    "language": "",
    "new_password": SECRET,
    "repeated_password": SECRET,
}
_PERSON: Final = {"context": "24", "number": "77", "quota": "", "quota_unit": "GB", "is_active": "on"}

NAMES: Final[dict[str, Channel]] = {
    "API uidname": lambda _w, name: on_api("PUT", f"{USER}/uidname", {"uidname": name}),
    "API custom id": lambda _w, name: on_api("PUT", f"{USER}/custom", {"custom": name}),
    "API custom ids": lambda _w, name: on_api("PUT", f"{USER}/custom", {"custom": ["plain", name]}),
    "API uids": lambda _w, name: on_api("POST", f"{USER}/uids", {"custom": [name]}),
    "form uidname": lambda w, name: form(w, "accounts/user", {**_PERSON, "uidname": name}),
    "form custom ids": lambda w, name: form(
        w, "accounts/user", {**_PERSON, "uidname": "new", "custom": f"plain\n{name}"}
    ),
    "form context": lambda w, name: form(w, "accounts/context", {**_CONTEXT, "name": name}),
    "form reseller": lambda w, name: form(w, "accounts/reseller", {**_RESELLER, "name": name}),
    "form display name": lambda w, name: form(w, "accounts/reseller", {**_RESELLER, "display_name": name}),
    "form product name": lambda w, name: form(w, "accounts/reseller", {**_RESELLER, "product_name": name}),
    "form login": lambda w, name: form(w, "accounts/administrator", {**_ACCOUNT, "login": name}),
    "form property": lambda w, name: form(w, "accounts/configproperty", {"name": name, "value": "", "context": "24"}),
    "provision uidname": lambda _w, name: declared("users", context=24, id=77, uidname=name),
    "provision custom id": lambda _w, name: declared("users", context=24, id=42, custom=[name]),
    "provision context": lambda _w, name: declared("contexts", id=77, name=name),
    "provision reseller": lambda _w, name: declared("resellers", name=name),
    "provision display name": lambda _w, name: declared("resellers", name="gamma", display_name=name),
    "provision login": lambda _w, name: declared("administrators", login=name, role="master", password=SECRET),
    "provision property": lambda _w, name: declared("config", name=name, value=""),
    "import uidname": lambda w, name: imported(w, "accounts/user", [["context", "id", "uidname"], ["24", "77", name]]),
    "import custom id": lambda w, name: imported(w, "accounts/user", [["context", "id", "custom"], ["24", "42", name]]),
    "import context": lambda w, name: imported(w, "accounts/context", [["id", "name"], ["77", name]]),
}
ADDRESSES: Final[dict[str, Channel]] = {
    "API alias": lambda _w, text: on_api("POST", f"{FORWARDS}/24/{quote(text, safe='')}", [OUTSIDE]),
    "API recipient": lambda _w, text: on_api("PUT", f"{FORWARDS}/24/sales%40acme.example", [text]),
    "provision alias": lambda _w, text: declared("forwards", context=24, alias=text, recipients=[OUTSIDE]),
    "provision recipient": lambda _w, text: declared(
        "forwards", context=24, alias="sales@acme.example", recipients=[text]
    ),
    "import alias": lambda w, text: imported(
        w, "forwards/forwardingalias", [["context", "alias", "recipients"], ["24", text, OUTSIDE]]
    ),
    "form alias": lambda w, text: (
        _client(w, "root")
        .post(
            "/admin/forwards/forwardingalias/add/",
            {"context": "24", "address": text, "recipients": OUTSIDE, "is_active": "on"},
        )
        .status_code
        == 302
    ),
}
