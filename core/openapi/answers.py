"""The answers that operations have in common, and the schemas of the bodies in them."""

from __future__ import annotations

from typing import Final

from core.openapi.operations import Answer, Body, JSONSchema

_STRINGS: Final[JSONSchema] = {"type": "array", "items": {"type": "string"}}
_TEXT: Final[JSONSchema] = {"type": "string"}
_WHOLE: Final[JSONSchema] = {"type": "integer", "format": "int64"}


def _object(example: object = None, optional: JSONSchema | None = None, /, **required: JSONSchema) -> JSONSchema:
    """An object with these properties; keywords spell `-` as `_`."""
    properties = {name.replace("_", "-"): schema for name, schema in required.items()}
    schema = {"type": "object", "required": list(properties), "properties": properties | (optional or {})}
    return schema if example is None else schema | {"example": example}


# The named schemas of bodies that the code writes without a serializer.
SCHEMAS: Final[dict[str, JSONSchema]] = {}


def _named(name: str, schema: JSONSchema) -> JSONSchema:
    """A reference to this schema, which from now on is a component of the document."""
    SCHEMAS[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}


ERROR: Final = _named("Error", _object({"error": "Error message"}, error={"type": "string"}))
CUSTOM: Final = _named("Custom", _object(custom=_STRINGS))
USER: Final = _named(
    "User",
    _object(
        {"context-id": 24, "user-id": 42, "uidname": "johndoe@example.com", "msisdn": "+49.12345.6789"},
        {"msisdn": {"type": "string"}},
        context_id={"type": "integer"},
        user_id={"type": "integer"},
        uidname={"type": "string"},
    ),
)
# What the published document leaves at "an object"; the shapes are those of the rulings.
PROPERTY: Final = _named(
    "Property",
    _object(
        {"name": "com.openexchange.capability.webmail", "value": "true", "scope": "context"},
        name=_TEXT,
        value=_TEXT,
        scope={"type": "string", "enum": ["user", "context", "reseller", "server"], "description": "Whose value wins."},
    ),
)
QUOTA: Final = _named(
    "Quota",
    _object(
        {"quota": 1073741824, "use": 52428800, "countquota": -1, "countuse": 1234},
        quota=_WHOLE | {"description": "Bytes; -1: unlimited."},
        use=_WHOLE | {"description": "Bytes."},
        countquota=_WHOLE | {"description": "Messages; -1: unlimited."},
        countuse=_WHOLE | {"description": "Messages."},
    ),
)
_ADDRESSES: Final[JSONSchema] = {
    "type": "array",
    "description": "Name, which may be null, and address of each.",
    "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": _TEXT | {"nullable": True}},
}
_MAIL: Final[JSONSchema] = {
    "id": _TEXT,
    "folder_id": _TEXT,
    "subject": _TEXT,
    "from": _ADDRESSES,
    "to": _ADDRESSES,
    "size": _WHOLE | {"description": "Bytes."},
    "received_date": _WHOLE | {"description": "Milliseconds since 1970 UTC."},
    "sent_date": _WHOLE | {"nullable": True, "description": "Milliseconds since 1970 UTC."},
    "flags": _WHOLE | {"description": "The sum of 1 answered, 2 deleted, 4 draft, 8 flagged, 16 recent, 32 seen."},
}
RECENT_MAIL: Final = _named("RecentMail", {"type": "object", "required": list(_MAIL), "properties": _MAIL})
RECENT_MAILS: Final[JSONSchema] = {"type": "array", "maxItems": 5, "items": RECENT_MAIL}
USERCONFIG: Final = _named("Userconfig", _object(userconfig={"type": "array", "items": PROPERTY}))
MESSAGE_COUNT: Final = _named(
    "MessageCount", _object({"newmessages": 0}, newmessages={"type": "integer", "minimum": 0})
)
MAIL_QUOTA: Final = _named("MailQuota", _object(mailQuota=QUOTA))
MAIL_ALL: Final = _named(
    "MailAll",
    _object(recentmails=RECENT_MAILS, quota=MAIL_QUOTA, newmessages=MESSAGE_COUNT, recentmessages=MESSAGE_COUNT),
)
RECIPIENTS: Final = _STRINGS | {"example": ["recipient1@example.com"]}
FORWARD_LISTS: Final[JSONSchema] = {
    "type": "object",
    "additionalProperties": _STRINGS,
    "example": {
        "alias@example.com": ["recipient1@example.com"],
        "alias2@example.com": ["recipient2@example.com"],
    },
}
DOMAIN: Final = _object({"domain": "example.com"}, domain={"type": "string"})
DOMAINS: Final = _object(domains=_STRINGS)


def success(body: Body | None = None) -> Answer:
    """200 with this body."""
    return Answer(200, "Success", body)


def error(status: int, description: str) -> Answer:
    """A refusal with a sentence."""
    return Answer(status, description, ERROR)


# What an operation may answer beyond the published document: a body that cannot be read, 405, 413, 415, 429, 503.
# Declared as `default`, so that the documented statuses stay as they are published.
OTHERWISE_BODILESS: Final[JSONSchema] = {"description": "Any other refusal"}
OTHERWISE: Final[JSONSchema] = OTHERWISE_BODILESS | {"content": {"application/json": {"schema": ERROR}}}

UNAUTHORIZED: Final = error(401, "Authorization error")
FORBIDDEN: Final = error(403, "Authorization error")
WRONG: Final = error(400, "Generic error, e.g. wrong parameters")
FAILED: Final = error(500, "General Error")
NO_USER: Final = error(404, "User does not exist")
NOT_SET: Final = error(404, "User does not exist or the identifier is not set")
NO_CONTEXT: Final = error(404, "Context not found")
NO_ALIAS: Final = error(404, "Forwarding alias does not exist or context not found")

UPDATED: Final = Answer(200, "Settings successfully updated", USER)
CHANGED: Final = (UPDATED, WRONG, UNAUTHORIZED, NO_USER)
REMOVED: Final = (UPDATED, UNAUTHORIZED, NO_USER)

CREATED: Final = Answer(201, "Success")
ALREADY: Final = Answer(204, "if already exists (without making any changes to the recipients)")
DELETED: Final = Answer(204, "Success")
# HEAD answers without a body, whatever it says.
ALIAS_EXISTS: Final = (
    Answer(200, "Alias exists"),
    Answer(403, "Authorization error"),
    Answer(404, "Forwarding alias does not exist or context not found"),
)
DOMAIN_EXISTS: Final = (
    Answer(200, "Domain exists"),
    Answer(400, "Generic error"),
    Answer(401, "Authorization error"),
    Answer(404, "Domain does not exist"),
)
