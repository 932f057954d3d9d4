"""Addresses, domains, phone numbers and other identifiers: what is a legal one, and how two of them are compared.

The written form is stored and shown; the normalized form carries the unique constraints. Every refusal is
`core.errors.Invalid` with a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Final

import email_validator
import idna
from django.utils.translation import gettext as _
from publicsuffixlist import PublicSuffixList

from core.errors import Invalid

# Documented by email-validator: these may be emptied by an application which, like this one, serves private networks.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()

MAX_ADDRESS: Final = 254
MAX_DOMAIN: Final = 253
_MAX_LOCAL: Final = 64
MAX_IDENTIFIER: Final = 254
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


def clean_identifier(text: str, *, what: str, field: str, limit: int = MAX_IDENTIFIER) -> str:
    """`text` itself when it has 1 to `limit` characters, no control character, and no space at either end.

    `what` is its name in the refusal's sentence, in the language of the moment.
    """
    if not text:
        raise Invalid(_("The %(what)s is empty.") % {"what": what}, field=field)
    # Without case a letter may be up to three (ﬃ is ffi), and the database holds twice the limit.
    if len(text) > limit or len(normalize_identifier(text)) > 2 * limit:
        raise Invalid(
            _("The %(what)s is longer than %(limit)s characters.") % {"what": what, "limit": limit}, field=field
        )
    if not printable(text):
        raise Invalid(_("The %(what)s contains a control character.") % {"what": what}, field=field)
    if text != text.strip():
        raise Invalid(_("The %(what)s begins or ends with a blank.") % {"what": what}, field=field)
    return text


def normalize_identifier(text: str) -> str:
    """The form in which identifiers are compared without case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def parse_domain(text: str, *, field: str = "name") -> str:
    """A domain name in lower-case A-label form.

    Letters, digits and hyphens in two or more labels, the last not all digits.
    """
    name = ascii_form(text) if len(text) <= _ABSURD else ""
    labels = name.split(".")
    well_formed = len(labels) >= 2 and len(name) <= MAX_DOMAIN and all(map(_LABEL.fullmatch, labels))
    if not well_formed or labels[-1].isdigit():
        raise Invalid(_("%(text)s is not a domain name.") % {"text": _quoted(text)}, field=field)
    return name


def ascii_form(text: str) -> str:
    """The lower-case A-label form of a domain, or "" when it has none."""
    if text.isascii() and "xn--" not in text.lower():
        return text.lower()
    try:
        return idna.encode(text, uts46=True, std3_rules=True).decode("ascii")
    except (UnicodeError, IndexError):
        # idna's own errors are UnicodeErrors; a few broken A-labels surface as IndexError from its punycode decoder.
        return ""


def parse_address(text: str, *, field: str = "address") -> Address:
    """A mail address after RFC 5321 and RFC 6531 whose domain has at least one dot."""
    if len(text) <= MAX_ADDRESS and _PLAIN.fullmatch(text) and text.index("@") <= _MAX_LOCAL:
        # The same answer, a tenth of the work.
        lower = text.lower()
        return Address(text, lower, lower.partition("@")[2])
    if len(text) > MAX_ADDRESS or not printable(text):
        raise Invalid(_("%(text)s is not a mail address.") % {"text": _quoted(text)}, field=field)
    try:
        parts = email_validator.validate_email(text, check_deliverability=False, strict=True, allow_quoted_local=True)
    except (email_validator.EmailNotValidError, UnicodeError) as error:
        raise Invalid(_("%(text)s is not a mail address.") % {"text": _quoted(text)}, field=field) from error
    domain = parse_domain(parts.ascii_domain or parts.domain, field=field)
    return Address(text, f"{normalize_identifier(parts.local_part)}@{domain}", domain)


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
    try:
        return parse_address(text)
    except Invalid:
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
    shown = "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in text[:100])
    return f"“{shown}{'…' if len(text) > 100 else ''}”"


def is_public_suffix(domain: str) -> bool:
    """Whether everybody registers domains under this one (normalized), as under com and co.uk. The list is a package's.

    A top-level domain that the list does not know, such as one for tests, is a suffix of one label like any other.
    """
    return bool(_suffixes().publicsuffix(domain) == domain)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
