from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webencodings.labels import LABELS as LABELS_OF_THE_STANDARD

from mailstats.stores.charsets import decode
from mailstats.stores.headers import decode_words


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("=?iso-8859-1?B?k1ByZWlzlCA1IIA=?=", "“Preis” 5 €"),
        ("=?us-ascii?q?=93Preis=94_5_=80?=", "“Preis” 5 €"),
        ("=?latin-1?q?=93Preis=94_5_=80?=", "“Preis” 5 €"),
        ("=?gb2312?b?6Ua7+SCA?=", "镕基 €"),
        ("=?shift_jis?b?h0CHig==?=", "①㈱"),
    ],
)
def test_word__by_the_superset_of_its_label(word: str, text: str) -> None:
    assert decode_words(word) == text


def written(label: str, data: bytes) -> str:
    return decode_words(f"=?{label}?b?{base64.b64encode(data).decode()}?=")


@pytest.mark.parametrize(
    "label", ["gb2312", "GB2312", "gbk", "x-gbk", "chinese", "cp936", "ms936", "gb_2312-80", "csgb2312"]
)
@pytest.mark.parametrize(
    ("data", "text"),
    [("镕基".encode("gbk"), "镕基"), (b"\x80", "€"), (b"\xa2\xe3", "€"), ("😀".encode("gb18030"), "😀")],
)
def test_chinese__is_gbk_with_the_euro(label: str, data: bytes, text: str) -> None:
    assert written(label, data) == text


@pytest.mark.parametrize(
    "label", ["windows-31j", "Shift_JIS", "sjis", "x-sjis", "ms_kanji", "shift-jis", "cp932", "ms932", "IBM-943"]
)
def test_japanese__is_that_of_windows(label: str) -> None:
    assert written(label, "①㈱髙～".encode("cp932")) == "①㈱髙～"


@pytest.mark.parametrize("label", ["iso-2022-jp", "ISO-2022-JP", "csiso2022jp", "cp50220", "iso_2022_jp", "cp50221"])
def test_japanese__of_old_mail_has_the_characters_of_windows_too(label: str) -> None:
    assert written(label, b"a \x1b$B-!-j%F%9%H!A\x1b(B b \x1b(I1\x1b(J\\\x1b(B") == "a ①㈱テスト～ b ｱ¥"
    assert written(label, b"\x1b$B%F%9%H\nrest") == "テスト\nrest"
    assert written(label, b"\x1b$(D\x30\x21\x1b(B") == "丂"


@pytest.mark.parametrize("label", ["euc-jp", "x-euc-jp", "eucjp", "cp51932", "cseucpkdfmtjapanese"])
def test_japanese__of_unix_has_the_characters_of_windows_too(label: str) -> None:
    assert written(label, b"\xad\xa1\xad\xea\x8e\xb1\x8f\xb0\xa1a\xff") == "①㈱ｱ丂a\ufffd"


@pytest.mark.parametrize(
    "label", ["ks_c_5601-1987", "euc-kr", "ksc5601", "korean", "cp949", "ms949", "windows-949", "KS_C_5601_1987"]
)
def test_korean__is_that_of_windows(label: str) -> None:
    assert written(label, "똠방각하".encode("cp949")) == "똠방각하"


@pytest.mark.parametrize("label", ["big5", "big5-hkscs", "cn-big5", "x-x-big5", "cp950", "ms950"])
def test_taiwanese__has_the_characters_of_hong_kong(label: str) -> None:
    assert written(label, "中文".encode("big5") + b" \xa3\xe1 \x87\x40 \xff") == "中文 € 䏰 \ufffd"


@pytest.mark.parametrize(
    "label", ["iso-8859-8-i", "iso-8859-8", "iso-8859-8-e", "logical", "visual", "ISO_8859-8-I", "cp28598"]
)
def test_hebrew__is_read_whatever_its_direction(label: str) -> None:
    assert written(label, "שלום".encode("iso8859-8")) == "שלום"


@pytest.mark.parametrize(
    ("labels", "data", "text"),
    [
        ("iso-8859-9 latin5 l5 windows-1254 iso8859_9 cp1254 latin-5", b"\x80\xf0", "€ğ"),
        ("iso-8859-11 tis-620 windows-874 dos-874 cp874", b"\x80\xa1", "€ก"),
        ("iso-8859-15 latin-9 latin9 l9 iso8859_15 8859-15 x-iso-8859-15", b"\xa4", "€"),
        ("iso-8859-2 latin2 latin-2 csisolatin2 cp28592 iso_8859_2", b"\xb1", "ą"),
        ("iso-8859-16 latin10 latin-10", b"\xaa", "Ș"),
        ("iso-8859-6-i iso-8859-6 arabic asmo-708", b"\xc7", "ا"),
        ("windows-1251 cp1251 x-cp1251 ms1251 windows1251", b"\xef\xf0\x88", "пр€"),
        ("windows-1250 cp1250 x-cp1250 cp-1250", b"\x8a", "Š"),
        ("windows-1252 cp1252 ansi_x3.4-1968 ibm819 cp819 iso8859-1 l1 iso_8859-1:1987 8859_1", b"\x80", "€"),
        ("koi8-r koi koi8 koi8_r cp20866 cskoi8r", b"\xf0", "П"),
        ("koi8-u koi8-ru cp21866", b"\xa4\xae", "єў"),
        ("ibm866 866 cp866 csibm866", b"\x80", "А"),
        ("macintosh mac x-mac-roman", b"\x80", "Ä"),
        ("x-mac-cyrillic x-mac-ukrainian", b"\x80", "А"),
        ("cp850 ibm850 ibm-850", b"\x81", "ü"),
        ("cp437 ibm437 dos-437", b"\x81", "ü"),
        ("utf-8 utf8 UTF_8 unicode-1-1-utf-8 x-unicode20utf8 utf8mb4 cp65001", "ü€".encode(), "ü€"),
        ("utf-8 utf-16 iso-8859-1", b"", ""),
        ("utf-16 utf-16le ucs-2 unicode csunicode", "ü€".encode("utf-16-le"), "ü€"),
        ("utf-16be unicodefffe", "ü€".encode("utf-16-be"), "ü€"),
        ("utf-16 utf-16le utf-16be utf-8", b"\xfe\xff" + "ü€".encode("utf-16-be"), "ü€"),
        ("utf-16 utf-16be utf-8", b"\xef\xbb\xbf" + "ü€".encode(), "ü€"),
        ("utf-32 utf32", "ü€".encode("utf-32"), "ü€"),
        ("utf-7 unicode-1-1-utf-7 cp65000", b"+APwgrA-", "ü€"),
        ("iso-2022-kr csiso2022kr", "한국".encode("iso2022_kr"), "한국"),
        ("hz-gb-2312", b"~{VPND~}", "中文"),
        ("gb18030 gb-18030", "😀".encode("gb18030"), "😀"),
    ],
)
def test_labels__of_one_charset(labels: str, data: bytes, text: str) -> None:
    assert {label: decode(label, data) for label in labels.split()} == dict.fromkeys(labels.split(), text)


@pytest.mark.parametrize("label", sorted(LABELS_OF_THE_STANDARD))
def test_labels__of_the_standard_are_all_known(label: str) -> None:
    """But for those that the Standard itself reads as nothing."""
    name = LABELS_OF_THE_STANDARD[label]
    if name == "x-user-defined" or label in ("replacement", "iso-2022-cn", "iso-2022-cn-ext"):
        assert decode(label, b"a") is None
    else:
        assert decode(label, "a~".encode(name if name.startswith("utf-16") else "ascii")) is not None


@pytest.mark.parametrize(
    "label",
    ["", "x-unknown", "rot13", "unicode_escape", "idna", "punycode", "hex", "base64", "zip", "undefined", "mbcs", "oem",
     "iso-8859-12", "iso-8859-99", "cp9", "windows-1259", "latin-0", "latin11", "utf-9", "\ud800", "utf-8\0", "x" * 40],
)  # fmt: skip
def test_labels__that_are_no_charset_are_unknown(label: str) -> None:
    assert decode(label, b"abc") is None


LABELS = st.sampled_from(
    [*sorted(LABELS_OF_THE_STANDARD), "cp850", "utf-7", "utf-32", "iso-2022-kr", "hz-gb-2312", "cp50220"]
)


@given(LABELS, st.binary(max_size=60) | st.lists(st.sampled_from(
    [b"\x1b$B", b"\x1b(B", b"\x1b(I", b"\x1b$(D", b"\x1b", b"$", b"\xff", b"\x80", b"\x8e", b"\x8f",
     b"\xa1", b"!!", b"~{", b"\n"]
), max_size=12).map(b"".join))  # fmt: skip
def test_decode__any_bytes_are_text(label: str, data: bytes) -> None:
    text = decode(label, data)
    assert text is None or isinstance(text, str)


@given(st.text(max_size=40), st.binary(max_size=40))
def test_decode__any_label_is_text_or_unknown(label: str, data: bytes) -> None:
    text = decode(label, data)
    assert text is None or isinstance(text, str)
