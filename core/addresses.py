"""Addresses, domains, phone numbers and other identifiers: what is a legal one, and how two of them are compared.

The written form is stored and shown; the normalized form carries the unique constraints. Every refusal is
`core.errors.Invalid` with a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import email_validator
import idna
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from core.errors import Invalid
from core.names import clean_identifier, normalize_identifier, refuse_unseen, unseen

# Documented by email-validator: these may be emptied by an application which, like this one, serves private networks.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

MAX_ADDRESS: Final = 254
MAX_DOMAIN: Final = 253
_MAX_LOCAL: Final = 64
# A U-label form may be longer than its A-label form only in bytes; this only keeps absurd input from the parsers.
_ABSURD: Final = 1024
_MSISDN: Final = re.compile(r"\+[0-9](?:[ .\-]*[0-9]){4,14}")
# What nearly all addresses are: letters, digits and a few signs, the domain without what looks like an A-label.
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@(?:[A-Za-z0-9](?:-?[A-Za-z0-9]){0,31}\.){1,8}[A-Za-z]{2,32}"
)
# A word, quotes and what is in them included; an address in angle brackets; what stands between two addresses.
_PARTS: Final = re.compile(r'((?:"(?:[^"\\]|\\.)*"|[^\s,;<>"])+)|<([^<>]*)>|([,;\n])|(\s)')
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_A_LABEL: Final = "xn--"
_JOINERS: Final = re.compile("[\u200c\u200d]")
_PICTURES: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


@dataclass(frozen=True, slots=True)
class Address:
    """A mail address: `written` as given, `normalized` for comparison, `domain` in lower-case A-label form."""

    written: str
    normalized: str
    domain: str


def printable(text: str) -> bool:
    """No control characters (NUL among them), no lone surrogates, no line separators: safe to store and to show."""
    if text.isascii():
        return text.isprintable()
    return not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in text)


def parse_domain(text: str, *, field: str = "name") -> str:
    """A domain name in lower-case A-label form: everything that takes a domain takes what this takes.

    Letters, digits and hyphens in two or more labels, the last not all digits.
    """
    name = _domain_form(text)
    if not name:
        raise Invalid(_("%(text)s is not a domain name.") % {"text": _quoted(text)}, field=field)
    return name


def _domain_form(text: str) -> str:
    """The lower-case A-label form of a domain name, or "" for what is none."""
    name = ascii_form(text) if len(text) <= _ABSURD else ""
    labels = name.split(".")
    well_formed = len(labels) >= 2 and len(name) <= MAX_DOMAIN and all(map(_LABEL.fullmatch, labels))
    return name if well_formed and not labels[-1].isdigit() else ""


def ascii_form(text: str) -> str:
    """The lower-case A-label form of labels with dots between them, or "" when they have none.

    UTS 46 says which letters are the same, IDNA 2008 which may stand in a label.
    """
    if text.isascii() and _A_LABEL not in text.lower():
        return text.lower()
    # What cannot be seen UTS 46 would leave out.
    if _unseen_in_domain(text):
        return ""
    try:
        return ".".join(map(_ascii_label, idna.uts46_remap(text).split(".")))
    except (UnicodeError, IndexError):
        # idna's own errors are UnicodeErrors; a few broken A-labels surface as IndexError from the punycode decoder.
        return ""


def _ascii_label(label: str) -> str:
    """One label of a domain in its A-label form. UnicodeError."""
    if not label.isascii():
        _check_label(label)
        return f"{_A_LABEL}{label.encode('punycode').decode('ascii')}"
    if label.startswith(_A_LABEL):
        shown = label.removeprefix(_A_LABEL).encode().decode("punycode")
        # One that is shown otherwise than it is written back would be a second name of something else.
        if shown.isascii() or idna.uts46_remap(shown) != shown or _ascii_label(shown) != label:
            raise idna.IDNAError(label)
    return label


def _check_label(label: str) -> None:
    """Refuse what is no U-label. Pictures are in none, but there are registries that sell them. IDNAError."""
    if _unseen_in_domain(label):
        raise idna.IDNAError(label)
    idna.check_hyphen_ok(label)
    idna.check_label(_PICTURES.sub("", label) or "x")


def _unseen_in_domain(text: str) -> str:
    """The first character that cannot be seen; joiners have their place in some scripts, which IDNA knows."""
    return unseen(_JOINERS.sub("", text))


def parse_address(text: str, *, field: str = "address") -> Address:
    """A mail address after RFC 5321 and RFC 6531 whose domain has at least one dot."""
    if len(text) <= MAX_ADDRESS and _PLAIN.fullmatch(text) and text.index("@") <= _MAX_LOCAL:
        # The same answer, a tenth of the work.
        lower = text.lower()
        return Address(text, lower, lower.partition("@")[2])
    local, _at, given = text[: MAX_ADDRESS + 1].rpartition("@")
    refuse_unseen(local, what=_("address"), field=field)
    domain = _domain_form(given)
    normalized = f"{_normalized_local(local)}@{domain}"
    # How long it is as written, on its way through mail servers, and (at most twice that) in the database.
    longest = max(len(text), len(local.encode()) + 1 + len(domain), len(normalized) // 2)
    if longest > MAX_ADDRESS or normalized.startswith("@") or not domain:
        raise Invalid(_("%(text)s is not a mail address.") % {"text": _quoted(text)}, field=field)
    return Address(text, normalized, domain)


def _normalized_local(local: str) -> str:
    """A local part as it is compared; "" for what is none. What a domain is, is not the library's to say."""
    try:
        parts = email_validator.validate_email(
            f"{local}@example.com", check_deliverability=False, strict=True, allow_quoted_local=True
        )
    except (email_validator.EmailNotValidError, UnicodeError):
        return ""
    return normalize_identifier(parts.local_part)


def split_addresses(text: str) -> list[str]:
    """The addresses of a list with commas, semicolons, blanks or lines between them; `Anna <a@x>` is `a@x`.

    What is no address comes out as it was typed, so that whoever reads the addresses refuses it.
    """
    found: list[str] = []
    words: list[str] = []
    end = 0
    lines = "\n".join(text.splitlines())
    while match := _PARTS.match(lines, end):
        word, bracketed, separator, _blank = match.groups()
        end = match.end()
        if word is not None:
            words.append(word)
        elif bracketed is not None:
            found += _named(words, bracketed.strip(), match[0])
            words = []
        elif separator is not None:
            found += words
            words = []
    return [*found, *words, *([lines[end:]] if end < len(lines) else [])]


def _named(words: list[str], address: str, brackets: str) -> list[str]:
    """The address behind a name; a name in which there is another address is not taken for one."""
    if all(_is_name(word, address) for word in words) and address:
        return [address]
    return [" ".join([*words, brackets])]


def _is_name(word: str, address: str) -> bool:
    return "@" not in word or word.strip("\"'()") == address or (word.startswith('"') and word.endswith('"'))


def parse_alias(text: str, *, field: str = "address") -> Address:
    """A mail address that may be a forwarding alias: any but a wildcard."""
    address = parse_address(text, field=field)
    if address.normalized.startswith("*@"):
        raise Invalid(_("A wildcard cannot be a forwarding alias."), field=field)
    return address


def parse_uidname(text: str) -> Address:
    """A user's name: usually an address, but any identifier will do (its `domain` is empty then).

    One that is an address is compared as an address, so that two spellings of one mailbox are one user.
    """
    return _as_name(clean_identifier(text, what=_("uidname"), field="uidname"))


def normalize_uidname(text: str) -> str:
    """The form in which a uidname is looked up; any text has one."""
    return _as_name(text).normalized


def _as_name(text: str) -> Address:
    """Also what is an address only when it is compared, such as one with a wide @: it is in that address's domain."""
    for form in dict.fromkeys((text, unicodedata.normalize("NFKC", text))):
        with suppress(Invalid):
            return replace(parse_address(form), written=text)
    return Address(text, normalize_identifier(text), "")


def parse_msisdn(text: str) -> tuple[str, str]:
    """A phone number as given and its digits: `+` and 5 to 15 digits (E.164), with `.`, `-` or spaces between them."""
    if len(text) > 64 or not _MSISDN.fullmatch(text):
        raise Invalid(
            _("%(text)s is not a phone number: + and 5 to 15 digits, with . - or spaces between them.")
            % {"text": _quoted(text)},
            field="msisdn",
        )
    return text, digits_of(text)


def digits_of(msisdn: str) -> str:
    """What two phone numbers are compared by."""
    return re.sub(r"[^0-9]", "", msisdn)


def _quoted(text: str) -> str:
    """`text` fit for a sentence: short, in quotes, with what cannot be shown replaced."""
    shown = "".join(char if not unseen(char) else "\N{REPLACEMENT CHARACTER}" for char in text[:100])
    return f"“{shown}{'…' if len(text) > 100 else ''}”"


def is_public_suffix(domain: str) -> bool:
    """Whether everybody registers domains under this one (normalized), as under com and co.uk. The list is a package's.

    A top-level domain that the list does not know, such as one for tests, is a suffix of one label like any other.
    """
    return bool(_suffixes().publicsuffix(domain) == domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
