"""The table: what each operation is called with. In this order they are a story, which the tests run in the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MASTER: Final = "root"
RESELLER: Final = "brightmail"
CONTEXT: Final = "admin"
PASSWORD: Final = "a-long-password-of-its-own"  # noqa: S105  (of the administrator whom the story makes)
TENANT: Final = "portal-brightmail"
_USER: Final = {"contextid": "901", "userid": "1"}
_ALIAS: Final = {"contextId": "901", "alias": "hello@meadow.example"}
_NEW_ALIAS: Final = {"contextId": "901", "alias": "orders@meadow.example"}
_RECIPIENT: Final = _NEW_ALIAS | {"recipient": "kim@meadow.example"}
_DOMAIN: Final = {"contextid": "901", "domain": "meadow-shop.example"}
_MAILBOX: Final = {"uid": "kim@meadow.example"}


@dataclass(frozen=True, slots=True)
class Example:
    """One call. `of` is the operation that answers with the object whose id the path has."""

    operation: str
    login: str = RESELLER
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    of: str = ""


def _items(resource: str, *actions: Example) -> list[Example]:
    """Actions on the object that was made last."""
    return [
        Example(f"v2_{resource}_{one.operation}", one.login, one.path, one.query, one.body, f"v2_{resource}_create")
        for one in actions
    ]


# A company moves in, by the second version.
_MOVING_IN: Final = [
    Example("v2_contexts_create", body={"id": 901, "name": "brightmail_meadow", "max_user": 20}),
    Example("v2_domains_create", body={"context": 901, "name": "meadow.example"}),
    Example(
        "v2_users_create",
        body={"context": 901, "number": 1, "uidname": "kim@meadow.example", "quota": 1073741824},
    ),
    Example(
        "v2_aliases_create",
        body={
            "context": 901,
            "address": "hello@meadow.example",
            "recipients": ["kim@meadow.example", "fairs@agency.example"],
        },
    ),
    Example(
        "v2_administrators_create",
        body={"login": "admin", "role": "context", "context": 901, "password": PASSWORD},
    ),
]
_RESELLERS: Final = [
    Example("v2_resellers_list", MASTER, query={"search": "bright", "fields": "id,name"}),
    Example("v2_resellers_create", MASTER, body={"name": "brightmail-north", "max_context": 10}),
    *_items(
        "resellers",
        Example("retrieve", MASTER),
        Example("partial_update", MASTER, body={"display_name": "Brightmail North"}),
        Example("update", MASTER, body={"name": "brightmail-north", "max_context": 20}),
        Example("destroy", MASTER),
    ),
]
_LABELS: Final = [
    Example("v2_labels_create", body={"name": "trial", "colour": "yellow"}),
    Example("v2_labels_list", query={"sort": "name"}),
    *_items(
        "labels",
        Example("retrieve"),
        Example("partial_update", body={"colour": "green"}),
        Example("update", body={"colour": "blue"}),
        Example("destroy"),
    ),
]
_CONTEXTS: Final = [
    Example("v2_contexts_list", query={"search": "meadow", "include": "reseller"}),
    *_items(
        "contexts",
        Example("retrieve"),
        Example("partial_update", body={"max_user": 50, "note": "Moves in on Monday"}),
        Example("update", body={"name": "brightmail_meadow", "quota": 107374182400, "max_user": 50}),
    ),
]
_DOMAINS: Final = [
    Example("v2_domains_list", query={"context": "901"}),
    *_items(
        "domains",
        Example("retrieve"),
        Example("check"),
        Example("prove", MASTER),
    ),
]
_USERS: Final = [
    Example("v2_users_list", query={"context": "901", "sort": "uidname", "limit": "10"}),
    *_items(
        "users",
        Example("retrieve", query={"include": "context"}),
        Example("partial_update", body={"quota": 2147483648}),
        Example("update", body={"uidname": "kim@meadow.example", "msisdn": "+49 30 5550100", "quota": 2147483648}),
        Example("properties"),
        Example("mail"),
    ),
    Example(
        "v2_users_batch",
        body=[
            {"op": "create", "context": 901, "number": 2, "uidname": "lee@meadow.example"},
            {"op": "create", "context": 901, "number": 3, "uidname": "max@meadow.example"},
        ],
    ),
]
_ALIASES: Final = [
    Example("v2_aliases_list", query={"context": "901", "fields": "address,recipients"}),
    *_items(
        "aliases",
        Example("retrieve"),
        Example("partial_update", body={"recipients": ["kim@meadow.example"]}),
        Example("update", body={"context": 901, "recipients": ["kim@meadow.example", "lee@meadow.example"]}),
    ),
    Example(
        "v2_aliases_batch",
        body=[
            {"op": "create", "context": 901, "address": "jobs@meadow.example", "recipients": ["kim@meadow.example"]},
            {"op": "create", "context": 901, "address": "info@meadow.example", "recipients": ["lee@meadow.example"]},
        ],
    ),
    Example("v2_trace_follow", query={"address": "hello@meadow.example"}),
]
_CREDENTIALS: Final = [
    Example("v2_administrators_list", query={"context": "901"}),
    *_items(
        "administrators",
        Example("retrieve"),
        Example("partial_update", body={"email": "kim@meadow.example"}),
        Example("update", body={"email": "kim@meadow.example", "time_zone": "Europe/Berlin"}),
    ),
    Example(
        "v2_api_passwords_create",
        body={"name": "billing system", "families": ["Admin", "Forwards"], "networks": ["127.0.0.0/8"]},
    ),
    Example("v2_api_passwords_list"),
    *_items("api_passwords", Example("retrieve"), Example("destroy")),
]
_FILE: Final = [
    Example(
        "v2_provision_apply",
        body={"text": "users: [{context: 901, id: 4, uidname: sam@meadow.example}]\n", "preview": False},
    ),
]
_PROPERTIES: Final = [
    Example(
        "v2_properties_create", body={"name": "com.openexchange.mail.maxMailSize", "value": "104857600", "context": 901}
    ),
    Example("v2_properties_list", query={"context": "901"}),
    *_items(
        "properties",
        Example("retrieve"),
        Example("partial_update", body={"value": "209715200"}),
        Example("update", body={"value": "52428800"}),
        Example("destroy"),
    ),
]
_BULK: Final = [
    Example("v2_jobs_create", body={"edit": "forwards.suspend", "filter": {"context": "901"}}),
    Example("v2_jobs_list", query={"sort": "-created_at", "limit": "5"}),
    *_items("jobs", Example("retrieve"), Example("items"), Example("start", body={}), Example("undo", body={})),
    Example("v2_jobs_cancel", of="v2_jobs_undo"),
    Example("v2_changes_list", query={"context": "901", "kind": "forward", "sort": "-id", "limit": "5"}),
    Example("v2_changes_retrieve", of="v2_changes_list"),
]
_WEBHOOKS: Final = [
    Example(
        "v2_webhooks_create",
        body={"name": "billing", "url": "https://hooks.example/oxaas", "kinds": ["user", "forward"], "context": 901},
    ),
    Example("v2_webhooks_list", query={"fields": "id,name,is_active,failing_since"}),
    *_items(
        "webhooks",
        Example("retrieve"),
        Example("partial_update", body={"kinds": []}),
        Example("update", body={"name": "billing", "url": "https://hooks.example/changes"}),
        Example("rotate"),
        Example("test"),
    ),
    Example("v2_webhook_deliveries_list", query={"state": "waiting", "sort": "-id", "limit": "5"}),
    *(Example(f"v2_webhook_deliveries_{action}", of="v2_webhook_deliveries_list") for action in ("retrieve", "again")),
    *_items("webhooks", Example("destroy")),
]
# The published operations, on the same company.
_IDENTIFIERS: Final = [
    Example("getUidname", CONTEXT, _USER),
    Example("putUidname", CONTEXT, _USER, body={"uidname": "kim@meadow.example"}),
    Example("postUids", CONTEXT, _USER, body={"msisdn": "+49 30 5550100", "custom": ["kim"]}),
    Example("getMsisdn", CONTEXT, _USER),
    Example("putMsisdn", CONTEXT, _USER, body={"msisdn": "+49 30 5550199"}),
    Example("deleteMsisdn", CONTEXT, _USER),
    Example("getCustom", CONTEXT, _USER),
    Example("putCustom", CONTEXT, _USER, body={"custom": ["kim", "kim-of-the-meadow"]}),
    Example("searchUser", query={"search": "kim-of-the-meadow", "field": "CUSTOM"}),
    Example("deleteCustom", CONTEXT, _USER),
    Example("getUserconfig", CONTEXT, _USER),
    Example("searchUserconfig", CONTEXT, _USER | {"searchpattern": "openexchange"}),
]
_FORWARDS: Final = [
    Example("postForward", path=_NEW_ALIAS, body={"recipient": "kim@meadow.example"}),
    Example("putForward", path=_NEW_ALIAS, body=["lee@meadow.example", "fairs@agency.example"]),
    Example("getForward", path=_NEW_ALIAS),
    Example("headForward", path=_NEW_ALIAS),
    Example("listForwards", path={"contextId": "brightmail_meadow"}),
    Example("headRecipient", path=_RECIPIENT),
    Example("deleteRecipient", path=_RECIPIENT),
    Example("deleteForward", path=_NEW_ALIAS),
]
_MAIL: Final = [
    Example(name, TENANT, _MAILBOX)
    for name in ("getMail", "getQuota", "getUnread", "getNewmessages", "getRecentmessages", "getRecentmails")
]
_EXPLICIT_DOMAINS: Final = [
    Example("postDomain", path=_DOMAIN),
    Example("headDomain", path=_DOMAIN),
    Example("listDomains", path={"contextid": "901"}),
    Example("deleteDomain", path=_DOMAIN),
]
_MOVING_OUT: Final = [
    *_items("aliases", Example("destroy")),
    Example("deleteForwards", path={"contextId": "901"}),
    *_items("users", Example("destroy")),
    *_items("domains", Example("withdraw", MASTER), Example("destroy")),
    *_items("administrators", Example("destroy")),
    *_items("contexts", Example("destroy")),
]
EXAMPLES: Final = {
    one.operation: one
    for part in (
        *(
            _RESELLERS,
            _LABELS,
            _MOVING_IN,
            _CONTEXTS,
            _DOMAINS,
            _USERS,
            _ALIASES,
            _FILE,
            _CREDENTIALS,
            _PROPERTIES,
            _BULK,
            _WEBHOOKS,
        ),
        *(_IDENTIFIERS, _FORWARDS, _MAIL, _EXPLICIT_DOMAINS, _MOVING_OUT),
    )
    for one in part
}
# What a newcomer does first: the operation, and what it is for.
FIRST_HOUR: Final = (
    ("v2_contexts_create", "A reseller makes a company. Its id is given, not made."),
    ("v2_domains_create", "The company gets a domain."),
    ("v2_users_create", "A user: a mailbox with a quota in bytes."),
    ("v2_aliases_create", "An alias that leads to the user, and to somebody elsewhere."),
    ("v2_aliases_list", "What is there now, only the fields that are wanted."),
    ("v2_aliases_batch", "Many at once, a line each, each with its own outcome."),
    ("v2_trace_follow", "Where does mail to this address go?"),
    ("getForward", "The published operations see the same alias."),
    ("v2_jobs_create", "A bulk edit, as in the web admin: previewed first, then started."),
    ("v2_changes_list", "All of it is in the change log."),
    ("v2_contexts_destroy", "And the company goes, with everything in it."),
)
