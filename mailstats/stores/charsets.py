"""Bytes of a header as text, by the charset label beside them.

Labels are read as WHATWG's Encoding Standard reads them: senders write `iso-8859-1` and mean windows-1252, `gb2312` and
mean GBK. Some labels that the Standard leaves out are met in mail all the same, and are read too: text that is shown
as text is no page that could be attacked by them.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import Final

import webencodings
from webencodings.labels import LABELS

# Where Python's codec knows less than the Standard's.
_CODECS: Final = {"gbk": "gb18030", "shift_jis": "cp932", "big5": "big5hkscs", "euc-kr": "cp949"}
_BELARUSIAN: Final = str.maketrans("╝╬", "ўЎ")  # of KOI8-U
# Labels that the Standard does not know, or decodes to nothing because of what they could do to a page.
_BEYOND: Final = {
    "hz-gb-2312": "hz",
    "iso-2022-jp-1": "iso2022_jp_1",
    "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-3": "iso2022_jp_3",
    "iso-2022-jp-2004": "iso2022_jp_2004",
    "iso-2022-kr": "iso2022_kr",
    "csiso2022kr": "iso2022_kr",
    "johab": "johab",
    "koi8-t": "koi8_t",
    "unicode-1-1-utf-7": "utf-7",
    "utf-7": "utf-7",
    "utf-32": "utf-32",
    "utf-32be": "utf-32-be",
    "utf-32le": "utf-32-le",
    "x-unicode-2-0-utf-7": "utf-7",
}
_CODE_PAGES: Final = {
    **{number: f"windows-{number}" for number in (874, *range(1250, 1259))},
    **{28590 + part: f"iso-8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)},
    **dict.fromkeys((50220, 50221, 50222), "iso-2022-jp"),
    367: "us-ascii",
    819: "iso-8859-1",
    866: "ibm866",
    932: "shift_jis",
    936: "gbk",
    943: "shift_jis",
    949: "euc-kr",
    950: "big5",
    10000: "macintosh",
    20127: "us-ascii",
    20866: "koi8-r",
    20932: "euc-jp",
    21866: "koi8-u",
    51932: "euc-jp",
    51949: "euc-kr",
    54936: "gb18030",
    65000: "utf-7",
    65001: "utf-8",
}
_DOS: Final = {437, 720, 737, 775, 850, 852, 855, 856, 857, 858, 860, 861, 862, 863, 864, 865, 869, 1006, 1125}
_PARTS_OF_LATIN: Final = {7: 13, 8: 14, 9: 15, 10: 16}

# Labels without their hyphens and such, which everybody sets in another way.
_MARKS: Final = str.maketrans("", "", "-_ :.")
_PLAIN: Final = {label.translate(_MARKS): label for label in (*LABELS, *_BEYOND)}
_CODE_PAGE = re.compile(r"x?(?:cp|ibm|ms|dos|windows|ccsid|csibm)0{0,3}(\d{3,5})")
_LATIN = re.compile(r"x?latin(\d{1,2})")
_PART = re.compile(r"x?(?:iso)?8859(\d{1,2})")
_UTF_8 = re.compile(r"utf8(?:mb[34]|sig)")
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
)


def decode(label: str, data: bytes) -> str | None:
    """The text; what stands for no character becomes U+FFFD. None for a label that nobody knows."""
    name = _name_of(label.strip("\"' \t\r\n").lower())
    if name is None:
        return None
    if name.startswith("utf-") and name != "utf-7":
        for mark, other in _BYTE_ORDER_MARKS:
            if data.startswith(mark) and not name.startswith("utf-32"):
                return data[len(mark) :].decode(other, "replace")
    if own := {"iso-2022-jp": _iso_2022_jp, "euc-jp": _euc_jp}.get(name):
        return own(data)
    try:
        text = data.decode(name, _ERRORS)
    except UnicodeError:  # a codec that cannot replace
        return None
    return text.translate(_BELARUSIAN) if name == "koi8-u" else text


def _name_of(label: str) -> str | None:
    """The name of a Python codec, or "iso-2022-jp" or "euc-jp", which are decoded here."""
    if not label.isascii():
        return None
    if found := _by_standard(label) or _BEYOND.get(label):
        return found
    plain = label.translate(_MARKS)
    number = int(page[1]) if (page := _CODE_PAGE.fullmatch(plain)) else 0
    if number in _DOS:
        return f"cp{number}"
    other = _CODE_PAGES.get(number) or _PLAIN.get(plain, "")
    if (latin := _LATIN.fullmatch(plain)) and (part := _PARTS_OF_LATIN.get(int(latin[1]))):
        other = f"iso-8859-{part}"
    elif iso := _PART.fullmatch(plain):
        other = f"iso-8859-{int(iso[1])}"
    elif _UTF_8.fullmatch(plain):
        other = "utf-8"
    return _by_standard(other) or _BEYOND.get(other)


def _by_standard(label: str) -> str | None:
    encoding = webencodings.lookup(label)
    if encoding is None or encoding.name in ("replacement", "x-user-defined"):
        return None
    if encoding.name in ("iso-2022-jp", "euc-jp"):
        return str(encoding.name)
    return _CODECS.get(encoding.name) or str(encoding.codec_info.name)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    """What the Standard makes of bytes that Python's codec has nothing for."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start]
    if error.encoding == "gb18030" and byte == 0x80:
        return "€", error.start + 1
    if error.encoding == "big5hkscs":
        both = error.object[error.start : error.start + 2]
        with suppress(UnicodeDecodeError):
            return both.decode("cp950"), error.start + len(both)
    if error.encoding == "charmap" and byte < 0xA0:
        return chr(byte), error.end
    return "\ufffd", error.end


_ERRORS: Final = "oxaas.charsets"
codecs.register_error(_ERRORS, _stand_in)


# --- Japanese ---------------------------------------------------------------------------------------------------------
# Python's codecs for these have the characters of the norm alone, and not those that Windows and the Standard add, such
# as ① and ㈱. Its cp932 has them: it is the same table, only numbered in another way.

_SHIFT = re.compile(rb"\x1b(\([BIJ]|\$[@B]|\$\([@BD])")
_EUC = re.compile(rb"(?:[\xa1-\xfe]{2})+|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|[\x00-\x7f]+|[\x80-\xff]")


def _pairs(data: bytes) -> str:
    """Characters of JIS X 0208, each of two bytes from 0x21 to 0x7E."""
    shifted = bytearray()
    for first, second in zip(data[::2], data[1::2], strict=False):
        lead = (first - 0x21 >> 1) + 0x81
        shifted.append(lead + 0x40 if lead > 0x9F else lead)
        shifted.append(second + (0x1F + (second > 0x5F) if first % 2 else 0x7E))
    return shifted.decode("cp932", "replace") + ("\ufffd" if len(data) % 2 else "")


def _iso_2022_jp(data: bytes) -> str:
    text, *shifted = _SHIFT.split(data)
    pieces = [text.decode("ascii", "replace")]
    for shift, part in zip(shifted[::2], shifted[1::2], strict=True):
        inside = bytes(byte for byte in part if 0x21 <= byte <= 0x7E)
        match shift:
            case b"$@" | b"$B" | b"$(@" | b"$(B":
                # A line's end inside is none of the characters, and ends them.
                characters, end, rest = part.partition(b"\n")
                pieces.append(_pairs(bytes(byte for byte in characters if 0x21 <= byte <= 0x7E)))
                pieces.append((end + rest).decode("ascii", "replace"))
            case b"$(D":
                pairs = zip(inside[::2], inside[1::2], strict=False)
                marked = b"".join(bytes((0x8F, first | 0x80, second | 0x80)) for first, second in pairs)
                pieces.append(marked.decode("euc_jp", "replace"))
            case b"(I":
                pieces.append("".join(chr(0xFF40 + byte) if byte < 0x60 else chr(byte) for byte in part))
            case b"(J":
                pieces.append(part.decode("ascii", "replace").replace("\\", "¥").replace("~", "‾"))
            case _:
                pieces.append(part.decode("ascii", "replace"))
    return "".join(pieces)


def _euc_jp(data: bytes) -> str:
    pieces = []
    for found in _EUC.finditer(data):
        part = found[0]
        if part[0] > 0xA0 and len(part) > 1:
            pieces.append(_pairs(bytes(byte & 0x7F for byte in part)))
        else:
            pieces.append(part.decode("euc_jp", "replace"))
    return "".join(pieces)
