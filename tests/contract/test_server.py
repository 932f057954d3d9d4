"""The production server between the caller and the application: what it hands over, and what it lets back."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.client import ADMIN, FORWARDS, basic
from tests.serving import PATIENCE, serving

# Its database is a file of its own, so one run is enough.
pytestmark = pytest.mark.sqlite

UIDNAME: Final = f"{ADMIN}/contexts/24/users/42/uidname"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Granian with the world behind it."""
    with serving(tmp_path_factory.mktemp("server"), threads=1) as number:
        yield number


class Line:
    """One connection that is kept; a lost one is not made anew but where the server said that it closes."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.connect()
        self.connection.auto_open = 0

    def __call__(
        self, method: str, path: str, body: Any = None, login: str = "alpha", **headers: str
    ) -> tuple[int, bytes]:
        sent = {"Authorization": basic(login), "Content-Type": "application/json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body, sent, encode_chunked="Transfer-Encoding" in sent)
        response = self.connection.getresponse()
        content = response.read()
        if response.getheader("Connection") == "close":
            self.connection.close()
            self.connection.connect()
        return response.status, content


@pytest.fixture
def line(port: int) -> Iterator[Line]:
    """A connection."""
    line = Line(port)
    yield line
    line.connection.close()


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("a%2Fb%40acme.example", "a/b@acme.example"),
        ("plus%2Bx@acme.example", "plus+x@acme.example"),
        ("plus+y@acme.example", "plus+y@acme.example"),
        ("j%C3%BCrgen@acme.example", "jürgen@acme.example"),
        ("per%25cent@acme.example", "per%cent@acme.example"),
        ("qu%3Fes%23tion@acme.example", "qu?es#tion@acme.example"),
        ("se;mi%20colon@acme.example", None),
    ],
)
def test_path__is_decoded_once(line: Line, sent: str, shown: str | None) -> None:
    path = f"{FORWARDS}/24/{sent}"
    status, _body = line("POST", path, json.dumps(["a@elsewhere.example"]))
    assert status == (201 if shown else 400)
    _status, listed = line("GET", f"{FORWARDS}/24")
    assert (shown in json.loads(listed)) == bool(shown)
    assert line("HEAD", path) == (200 if shown else 404, b"")
    assert line("DELETE", path)[0] == (204 if shown else 404)


@pytest.mark.parametrize("wrong", ["%FF@acme.example", "%00@acme.example", "%zz@acme.example", "sales@acme.example/"])
def test_path__that_names_nothing_is_404(line: Line, wrong: str) -> None:
    status, body = line("GET", f"{FORWARDS}/24/{wrong}")
    assert status == 404
    assert json.loads(body).keys() == {"error"}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("HEAD", f"{FORWARDS}/24/sales@acme.example", None),
        ("HEAD", f"{FORWARDS}/24/nobody@acme.example", None),
        ("HEAD", f"{FORWARDS}/24", None),
        ("POST", f"{FORWARDS}/24/sales@acme.example", b'["a@elsewhere.example"]'),
        ("GET", UIDNAME, b'{"unasked": true}'),
        ("PUT", UIDNAME, b'{"uidname": "' + b"a" * 1_500_000 + b'"}'),
        ("PUT", UIDNAME, b'{"uidname": "' + b"a" * 3_000_000 + b'"}'),
        ("DELETE", f"{FORWARDS}/24/nobody@acme.example", b"a" * 3_000_000),
        ("POST", "/api/oxaas/nothing", b"a" * 3_000_000),
    ],
)
def test_connection__goes_on_after(line: Line, method: str, path: str, body: bytes | None) -> None:
    status, content = line(method, path, body)
    assert status in {200, 204, 404, 413}
    assert method != "HEAD" or not content
    assert line("GET", UIDNAME) == (200, b'{"uidname":"johndoe@acme.example"}')


@pytest.mark.parametrize(("length", "status"), [(10, 200), (1_500_000, 413), (5_000_000, 413)])
def test_chunked_body__is_read(line: Line, length: int, status: int) -> None:
    body = json.dumps({"uidname": "johndoe@acme.example", "unasked": "a" * length}).encode()
    pieces = [body[start : start + 50_000] for start in range(0, len(body), 50_000)]
    assert line("PUT", UIDNAME, iter(pieces), Transfer_Encoding="chunked")[0] == status
    assert line("GET", UIDNAME)[0] == 200


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1"])
@pytest.mark.parametrize("word", ["Basic", "basic", "BASIC"])
def test_credentials__in_both_encodings_and_any_case(line: Line, encoding: str, word: str) -> None:
    credentials = basic("alpha", encoding=encoding).removeprefix("Basic ")
    assert line("GET", UIDNAME, Authorization=f"{word} {credentials}")[0] == 200


def test_host__that_is_not_ours_is_refused_with_a_sentence(line: Line) -> None:
    status, body = line("GET", UIDNAME, Host="other.example")
    assert status == 400
    assert json.loads(body).keys() == {"error"}
