"""An example as a call of curl."""

from __future__ import annotations

import shlex

from oxaas.examples.calls import LINES, Call


def curl(call: Call) -> str:
    """As it is typed into a shell that has the variables SERVER, LOGIN, PASSWORD, and ID where the path has one."""
    parts = ['curl --user "$LOGIN:$PASSWORD"']
    if call.content:
        parts.append(f"--header 'Content-Type: {call.media_type}'")
        option = "--data-binary" if call.media_type == LINES else "--data"
        parts.append(f"{option} {shlex.quote(call.content)}")
    if call.method == "HEAD":
        parts[0] += " --head"
    elif call.method != ("POST" if call.content else "GET"):
        parts[0] += f" --request {call.method}"
    return " \\\n  ".join([*parts, f'"$SERVER{call.target}"'])
