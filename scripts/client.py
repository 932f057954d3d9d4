"""`make client`: make the generated part of the Python client anew, from the description that the server gives now.

With a FOLDER it is made there instead: so a test compares it with what is in the repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

BASE: Final = Path(__file__).resolve().parent.parent
GENERATED: Final = BASE / "clients/python/src/oxaas_client/generated"
CONFIGURATION: Final = BASE / "clients/python/generator.yaml"
# Schemas of parts of objects, of objects with others included, and of the lines of batches.
PART: Final = "Part"
LEFT_OUT: Final = (PART, "WithIncluded", "Line")
LINES: Final = "application/x-ndjson"
SETTINGS: Final = {"DEBUG": "true", "SECRET_KEY": "only-to-write-the-schema", "LANGUAGE_CODE": "en"}


def main(folder: Path) -> None:
    """Write the package into the folder, which is replaced."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        document = json.loads(_schema(scratch))
        (scratch / "schema.json").write_text(json.dumps(fit(document)))
        made = scratch / "generated"
        _run(
            *("openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(scratch / "schema.json"), "--config", str(CONFIGURATION), "--output-path", str(made)),
        )
        for path in made.rglob("*"):
            if path.name in {".ruff_cache", "py.typed"}:
                path.unlink()
        options = ("--quiet", "--isolated", "--no-cache", "--line-length", "120", str(made))
        _run("ruff", "check", "--fix", "--select", "I,F401", *options)
        _run("ruff", "format", *options)
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(made, folder)


def fit(document: dict[str, Any]) -> dict[str, Any]:
    """The description in the form that makes the smallest client of the same types."""
    for item in document["paths"].values():
        for operation in item.values():
            _fit_operation(operation)
    schemas = document["components"]["schemas"]
    for name in [one for one in schemas if one.startswith("V2") and one.endswith(LEFT_OUT)]:
        del schemas[name]
    fitted: dict[str, Any] = _without_noise(document)
    return fitted


def _fit_operation(operation: dict[str, Any]) -> None:
    """Without refusals, which the front raises; one media type of a body; whole objects; lines as bytes."""
    responses = operation["responses"]
    for status in [one for one in responses if one == "default" or int(one) >= 400]:
        del responses[status]
    bodies = operation.get("requestBody", {}).get("content", {})
    if "application/json" in bodies:
        operation["requestBody"]["content"] = {"application/json": bodies["application/json"]}
    # A part of an object is no object of its class: the front asks for parts, and makes no class of them.
    operation["parameters"] = [one for one in operation.get("parameters", []) if one["name"] != "fields"]
    for answer in (operation.get("requestBody", {}), *responses.values()):
        for media, described in answer.get("content", {}).items():
            if media == LINES:
                described["schema"] = {"type": "string", "format": "binary"}


def _without_noise(node: Any) -> Any:
    """Without examples, without the parts of objects, and with null said once, by `nullable`."""
    if isinstance(node, list):
        return [_without_noise(one) for one in node]
    if not isinstance(node, dict):
        return node
    if isinstance(whole := _whole_of(node), dict):
        return _without_noise(whole)
    found = {name: _without_noise(one) for name, one in node.items() if name not in {"example", "examples"}}
    if isinstance(values := found.get("enum"), list) and found.get("nullable"):
        found["enum"] = [one for one in values if one is not None]
    return found


def _whole_of(node: dict[str, Any]) -> Any:
    """The object itself, of one that may come in parts or with others included."""
    for choice in node.get("anyOf", []):
        name = choice.get("$ref", "")
        if name.endswith(PART):
            return {"$ref": name.removesuffix(PART)}
    return None


def _schema(scratch: Path) -> str:
    """What `/api/schema` answers; a warning is an error."""
    file = scratch / "described.json"
    environment = os.environ | SETTINGS | {"DATABASE_URL": f"sqlite:///{scratch}/none.sqlite3"}
    command = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json", "--fail-on-warn"]
    subprocess.run([*command, "--file", str(file)], cwd=BASE, env=environment, check=True)
    return file.read_text()


def _run(module: str, *arguments: str) -> None:
    """A tool of the environment; it says what it did only if it fails."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=BASE, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{module} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GENERATED)
