"""A person's browser, as far as forms need one, that notes which node answered."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from tests.client import basic
from tests.world import PASSWORD

PATIENCE = 60


class Browser:
    """Every request is on a connection of its own; `nodes` are those that answered."""

    def __init__(self, port: int) -> None:
        self.nodes: set[str] = set()
        self._base = f"http://127.0.0.1:{port}"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> tuple[int, str, str]:
        """Status, address and text of the page to which this one leads."""
        return self._open(urllib.request.Request(self._base + path))

    def post(self, path: str, data: dict[str, Any]) -> tuple[int, str, str]:
        """Send a form, files included, with the token that the browser has."""
        token = next(one.value or "" for one in self._cookies if one.name == "csrftoken")
        body = encode_multipart(BOUNDARY, {**data, "csrfmiddlewaretoken": token})
        request = urllib.request.Request(self._base + path, body, {"Content-Type": MULTIPART_CONTENT})
        return self._open(request)

    def log_in(self, login: str, password: str = PASSWORD) -> tuple[int, str, str]:
        """Through the form."""
        self.get("/admin/login/")
        return self.post("/admin/login/?" + urlencode({"next": "/admin/"}), {"username": login, "password": password})

    def upload(self, path: str, content: str) -> tuple[int, str, str]:
        """Send a file."""
        self.get(path)
        return self.post(path, {"file": SimpleUploadedFile("file.csv", content.encode())})

    def call(self, path: str, login: str, password: str = PASSWORD, body: Any = None) -> int:
        """The status of a call of the API: POST with a body, GET without."""
        headers = {"Authorization": basic(login, password), "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return self._open(urllib.request.Request(self._base + path, content, headers))[0]

    def _open(self, request: urllib.request.Request) -> tuple[int, str, str]:
        try:
            answer = self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            self.nodes.add(answer.headers.get("X-Node", ""))
            return answer.status, answer.url.removeprefix(self._base), answer.read().decode()
