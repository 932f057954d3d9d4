"""The examples as a document of the repository."""

from __future__ import annotations

from itertools import groupby
from typing import Final

from core.openapi.inspection import document
from oxaas.examples.calls import Call, calls, operations
from oxaas.examples.curl import curl
from oxaas.examples.python import python

_HEAD: Final = """\
# An example of every operation

Written by `make examples` from `oxaas/examples/table.py`; the tests run each of them against a server. The page
`/api/docs` has them too.

In the shell there are the address of the server, a login with its password, and where an object is named the id that it
was answered with; in the demo of `make run`:

```sh
SERVER=http://127.0.0.1:8000 LOGIN=brightmail PASSWORD=demo ID=901
```

In Python, with the [client](client.md):

```python
from oxaas_client import Client

client = Client("http://127.0.0.1:8000", login="brightmail", password="demo")
ID = 901
```
"""


def page() -> str:
    """The whole text, in Markdown: the published operations, then the second version's resources."""
    described = [
        (operation["tags"][0], path, operation.get("summary", ""), calls()[operation["operationId"]])
        for path, _method, operation in operations(document())
    ]
    described.sort(key=lambda one: (one[0].startswith("v2 "), one[0]))
    parts = [_HEAD]
    for tag, found in groupby(described, key=lambda one: one[0]):
        parts.append(f"## {tag}\n")
        parts += [_section(path, summary, call) for _tag, path, summary, call in found]
    return "\n".join(parts)


def _section(path: str, summary: str, call: Call) -> str:
    title = f"### {call.method} {path}\n\n"
    said = f"{summary[:1].upper()}{summary[1:].rstrip('.')}. As `{call.example.login}`.\n\n"
    return title + said + f"```bash\n{curl(call)}\n```\n\n```python\n{python(call)}\n```\n"
