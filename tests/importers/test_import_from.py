"""`manage.py import-from`: every row of a rival is in the file or in the report, and the file can be applied."""

from __future__ import annotations

import io
import re
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Administrator, Context, Reseller, User
from accounts.provision import provision
from accounts.services.administrators import create_administrator
from accounts.services.contexts import create_context
from accounts.services.users import create_user
from changelog.models import Change
from core.access import Role
from domains.models import ExplicitDomain
from domains.services import add_domain
from forwards.models import ForwardingAlias, Recipient
from importers.draft import Draft
from importers.report import report
from tests.importers import rows
from tests.importers.conftest import RIVAL_NAMES, TABLES, draft_of, fill_sqlite, run
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

H = "harbour.example"
Files = dict[str, Path]


def reasons(draft: Draft, table: str) -> dict[str, str]:
    """Why rows of the table were left out, by their label."""
    return {origin.label: reason for origin, reason in draft.ledger.reasons if origin.table == table}


def notes(draft: Draft, label: str) -> list[str]:
    return [sentence for origin, sentence in draft.ledger.notes if origin.label == label]


def declare(draft: Draft, *sections: str) -> None:
    """Apply some sections of the file."""
    document = draft.document()
    provision({section: document[section] for section in sections}, actor=OPERATOR)


def odd_of(rival: str) -> tuple[rows.Odd, ...]:
    more = {"mailcow": rows.MAILCOW_ODD, "modoboa": rows.MODOBOA_ODD}.get(rival, ())
    return tuple(odd for odd in (*rows.ODD, *more) if rival != "modoboa" or odd.fits_a_row)


def test_import_from__every_row_is_taken_or_left_with_a_reason(empty: None, rival: str, sqlite_files: Files) -> None:
    draft = draft_of(rival, sqlite_files[rival])

    counted = {table: account.rows for table, account in draft.ledger.accounts.items()}
    assert counted == {table: len(content) for table, content in TABLES[rival]().items()}
    whole_tables: dict[str, int] = {}
    for table, number, reason in draft.ledger.elsewhere:
        assert reason
        whole_tables[table] = whole_tables.get(table, 0) + number
    for table, account in draft.ledger.accounts.items():
        one_by_one = [reason for origin, reason in draft.ledger.reasons if origin.table == table]
        assert all(one_by_one)
        assert account.left == len(one_by_one) + whole_tables.get(table, 0), table


def test_import_from__odd_aliases_are_taken_or_left_for_their_own_reason(
    empty: None, rival: str, sqlite_files: Files
) -> None:
    draft = draft_of(rival, sqlite_files[rival])
    left = reasons(draft, "admin_alias" if rival == "modoboa" else "alias")
    by_alias = {entry["alias"]: entry for entry in draft.document()["forwards"]}

    for odd in odd_of(rival):
        if odd.reason:
            assert odd.reason in left[odd.address], odd.address
            assert odd.address not in by_alias
        else:
            assert odd.address not in left
            assert by_alias[odd.address]["recipients"] == odd.recipients, odd.address
            assert by_alias[odd.address]["is_active"] is odd.active


def test_import_from__loop_is_named(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"])

    ways = [reason for reason in reasons(draft, "alias").values() if "loop" in reason]
    assert ways == [f"it closes a loop: `loop1@{H}` → `loop2@{H}` → `loop3@{H}` → `loop1@{H}`"]


def test_import_from__file_is_applied_and_twice_changes_nothing(
    empty: None, rival: str, sqlite_files: Files, tmp_path: Path
) -> None:
    made = run(rival, sqlite_files[rival], tmp_path / "made")
    out = io.StringIO()
    file = str(made.folder / "provision.yaml")

    call_command("provision", file, stdout=out)
    before = Change.objects.count()
    call_command("provision", file, stdout=out)

    assert before == Change.objects.count() > 150
    assert out.getvalue().splitlines()[-1] == "0 changes made."
    document = made.document
    assert User.objects.count() == len(document["users"]) == 34
    assert ForwardingAlias.objects.count() == len(document["forwards"])
    assert Context.objects.count() == len(document["contexts"])
    assert ExplicitDomain.objects.count() == len(document["domains"])


def test_import_from__again_with_merge_changes_nothing(empty: None, sqlite_files: Files, tmp_path: Path) -> None:
    rival = "modoboa"
    run(rival, sqlite_files[rival], tmp_path / "first", "--contexts", "admin", "--apply", "--no-input")

    again = run(
        rival, sqlite_files[rival], tmp_path / "again", "--contexts", "admin", "--merge", "--apply", "--no-input"
    )

    assert "a reseller or an administrator of this name is here already" in again.report
    assert again.said.splitlines()[-1] == "Nothing would change."
    assert again.lines("passwords") == []


def test_import_from__again_without_merge_leaves_what_is_here(empty: None, sqlite_files: Files) -> None:
    declare(draft_of("mailcow", sqlite_files["mailcow"]), "contexts", "domains")

    draft = draft_of("mailcow", sqlite_files["mailcow"])

    assert draft.document() == {}
    assert "--merge would add to that" in reasons(draft, "domain")[H]
    assert reasons(draft, "mailbox")[f"anna.hart@{H}"] == "its domain is not taken over"


def test_import_from__apply_is_one_batch_that_is_undone(world: World, sqlite_files: Files, tmp_path: Path) -> None:
    rival = "modoboa"  # the one with resellers
    models = (Administrator, Context, ExplicitDomain, ForwardingAlias, Recipient, Reseller, User)
    before = [set(model._default_manager.values_list("pk", flat=True)) for model in models]
    made = run(rival, sqlite_files[rival], tmp_path / "made", "--apply", "--no-input")
    batch = re.findall(r"manage.py undo (\S+)", made.said)[0]
    count = Change.objects.filter(batch=batch).count()
    assert f"{count} changes made" in made.said
    out = io.StringIO()

    call_command("undo", batch, stdout=out)

    assert out.getvalue() == f"{count} changes undone.\n"
    assert [set(model._default_manager.values_list("pk", flat=True)) for model in models] == before


def test_import_from__without_apply_changes_nothing(empty: None, sqlite_files: Files, tmp_path: Path) -> None:
    made = run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made")

    assert not Change.objects.exists()
    assert "Left out:" in made.said


@pytest.mark.parametrize(("answer", "contexts"), [("yes", 12), ("no", 0), ("", 0)])
def test_import_from__apply_asks_first(
    empty: None, sqlite_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, contexts: int
) -> None:
    monkeypatch.setattr("builtins.input", lambda prompt: answer)

    made = run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made", "--apply")

    assert "Would create: 34 user." in made.said
    assert Context.objects.count() == contexts


def test_import_from__strict_hoster_gets_everything(empty: None, sqlite_files: Files, settings: Any) -> None:
    settings.UNDECLARED_DOMAINS = "refuse"

    declare(draft_of("postfixadmin", sqlite_files["postfixadmin"]), "contexts", "domains", "users")

    assert User.objects.count() == 34


def test_import_from__domains_are_proven_when_that_is_said(empty: None, sqlite_files: Files, settings: Any) -> None:
    settings.DOMAIN_PROOF = "dns"
    waiting = draft_of("postfixadmin", sqlite_files["postfixadmin"])
    declare(waiting, "contexts", "domains")
    assert not any(row.is_proven for row in ExplicitDomain.objects.all())
    assert "domains" not in draft_of("postfixadmin", sqlite_files["postfixadmin"]).document()

    declare(draft_of("postfixadmin", sqlite_files["postfixadmin"], merge=True, proven=True), "contexts", "domains")

    assert all(row.is_proven for row in ExplicitDomain.objects.all())


def test_import_from__refusal_by_a_limit_changes_nothing_and_names_the_entry(
    world: World, sqlite_files: Files, tmp_path: Path
) -> None:
    Reseller.objects.filter(name="beta").update(max_context=5)

    with pytest.raises(CommandError, match=r"contexts\[3\] \(context \d+\): .*limit of 5 contexts"):
        run("mailcow", sqlite_files["mailcow"], tmp_path / "made", "--reseller", "beta", "--apply", "--no-input")

    assert not User.objects.filter(uidname=f"anna.hart@{H}").exists()


def test_import_from__files_are_for_their_owner_alone_and_never_overwritten(
    empty: None, sqlite_files: Files, tmp_path: Path
) -> None:
    made = run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made")

    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in made.folder.iterdir()} == {0o600}
    with pytest.raises(CommandError, match="is there already"):
        run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made")


def test_import_from__contexts_by_administrators_widen_nobodys_rights(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"], contexts="admin")

    together = [sorted(context.domains) for context in draft.contexts]
    assert ["atelier.example", "nordwind.example"] in together
    assert ["brightmail.example", "lindqvist.example"] in together  # both the agency's, and nobody else's
    assert ["harbour.example"] in together  # the agency's, and its own administrator's
    by_id = {context.id: sorted(context.domains) for context in draft.contexts}
    seen: dict[str, set[str]] = {}
    for entry in draft.document()["administrators"]:
        seen.setdefault(entry["login"], set()).update(by_id[entry["context"]])
    assert seen["agency@elsewhere.example"] == {"harbour.example", "lindqvist.example", "brightmail.example"}


def test_import_from__administrator_of_a_domain_logs_in_as_before(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"])
    declare(draft, "contexts", "administrators")

    passwords = dict(draft.passwords)
    admin = Administrator.objects.select_related("context").get(login="admin")
    assert str(admin) == "admin@harbour.example"
    assert admin.check_password(passwords["admin@harbour.example"])
    assert not Administrator.objects.get(context__name="quarry.example").is_active
    assert not any(password in report(draft, rival="postfixadmin") for password in passwords.values())


def test_import_from__server_administrators_stay_behind(empty: None, rival: str, sqlite_files: Files) -> None:
    draft = draft_of(rival, sqlite_files[rival])

    assert not any("root@" in entry["login"] for entry in draft.document()["administrators"])
    assert not any(entry["role"] == Role.MASTER for entry in draft.document()["administrators"])


def test_import_from__quotas_are_in_bytes(empty: None, sqlite_files: Files) -> None:
    quotas: dict[str, set[int | None]] = {}
    contexts: dict[str, dict[str, int | None]] = {}
    for rival in RIVAL_NAMES:
        draft = draft_of(rival, sqlite_files[rival])
        quotas[rival] = {entry["quota"] for entry in draft.document()["users"]}
        contexts[rival] = {entry["name"]: entry["quota"] for entry in draft.document()["contexts"]}
    mebibytes = {None, *(512 * size * 2**20 for size in range(1, 6))}
    assert quotas["postfixadmin"] == {None, *(512 * size * 1_024_000 for size in range(1, 6))}
    assert quotas["mailcow"] == quotas["modoboa"] == mebibytes
    for found in contexts.values():
        assert (found["harbour.example"], found["lindqvist.example"]) == (10_240 * 2**20, None)


def test_import_from__megabyte_of_postfixadmin_is_an_option(empty: None, sqlite_files: Files, tmp_path: Path) -> None:
    made = run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made", "--megabyte", "1024000")

    assert made.document["contexts"][2]["quota"] == 10_240 * 1_024_000


def test_import_from__what_is_switched_off_is_suspended(empty: None, rival: str, sqlite_files: Files) -> None:
    draft = draft_of(rival, sqlite_files[rival])
    contexts = {entry["name"]: entry["is_active"] for entry in draft.document()["contexts"]}
    users = {entry["uidname"]: entry["is_active"] for entry in draft.document()["users"]}

    assert (contexts["tannery.example"], contexts["harbour.example"]) == (False, True)
    assert (users[f"farid.hart@{H}"], users[f"anna.hart@{H}"]) == (False, True)
    aliases = {entry["alias"]: entry["is_active"] for entry in draft.document()["forwards"]}
    assert (aliases["anna.hart@off.example"], aliases["anna.hart@harbour-alias.example"]) == (False, True)


def test_import_from__domain_aliases_are_expanded_or_left(empty: None, sqlite_files: Files) -> None:
    expanded = draft_of("postfixadmin", sqlite_files["postfixadmin"])
    left = draft_of("postfixadmin", sqlite_files["postfixadmin"], expand=False)

    assert expanded.forwards["info@harbour-second.example"]["recipients"] == [f"info@{H}"]
    assert expanded.forwards["anna.hart@harbour-alias.example"]["recipients"] == [f"anna.hart@{H}"]
    assert "loop3@harbour-alias.example" not in expanded.forwards  # its own one was left out
    assert "circle" not in expanded.context_of
    assert reasons(expanded, "alias_domain").keys() == {"lost.example", "round1.example", "round2.example"}
    assert not any("harbour-alias" in alias for alias in left.forwards)
    assert len(reasons(left, "alias_domain")) == 6


def test_import_from__copy_in_the_mailbox_is_left_and_says_how_else(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"])

    address = f"grete.meyer@{H}"
    assert "redirect :copy`), to `outside@partner.example`" in reasons(draft, "alias")[address]
    assert address in draft.users
    assert draft.forwards[f"hugo.lindqvist@{H}"]["recipients"] == ["elsewhere@partner.example"]
    assert f"ines.novak@{H}" not in draft.forwards
    assert notes(draft, f"ines.novak@{H}") == [
        "a recipient is left out: it sends the answer of absence, which is Sieve's here"
    ]


def test_import_from__hashes_go_to_dovecot_and_nowhere_else(empty: None, sqlite_files: Files, tmp_path: Path) -> None:
    made = run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "made")

    owners = dict(line.split(":", 1) for line in made.lines("owners"))
    assert owners[f"anna.hart@{H}"] == "{MD5-CRYPT}" + rows.MD5
    assert owners[f"ben.meyer@{H}"] == rows.SHA512
    assert owners[f"carla.lindqvist@{H}"] == "{BLF-CRYPT}" + rows.BCRYPT
    assert f"eva.okafor@{H}" not in owners  # nobody can tell what “secret” is
    assert "nobody can tell how it was hashed" in made.report
    for file in ("provision.yaml", "report.md"):
        text = (made.folder / file).read_text()
        assert rows.MD5 not in text
        assert rows.BCRYPT not in text
        assert "secret" not in text


def test_import_from__mailcow_mailbox_without_login_receives_and_has_no_password(
    empty: None, sqlite_files: Files, tmp_path: Path
) -> None:
    made = run("mailcow", sqlite_files["mailcow"], tmp_path / "made")

    users = {entry["uidname"]: entry["is_active"] for entry in made.document["users"]}
    owners = {line.partition(":")[0] for line in made.lines("owners")}
    assert users[f"grete.meyer@{H}"] is True
    assert f"grete.meyer@{H}" not in owners
    assert f"room@{H}" not in users
    aliases = {entry["alias"] for entry in made.document["forwards"]}
    assert f"for-good@{H}" in aliases
    assert f"for-a-while@{H}" not in aliases


def test_import_from__modoboa_reseller_gets_its_domains(empty: None, sqlite_files: Files) -> None:
    declare(draft_of("modoboa", sqlite_files["modoboa"]), "resellers", "contexts", "administrators")

    of_seller = Context.objects.filter(reseller__name="seller").values_list("name", flat=True)
    assert set(of_seller) == {"quarry.example", "sundial.example"}
    assert Administrator.objects.get(login="seller").role == Role.RESELLER


def test_import_from__modoboa_aliases_of_one_address_count_together(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("modoboa", sqlite_files["modoboa"])

    assert "second@partner.example" in reasons(draft, "admin_alias")[f"lea.meyer@{H}"]
    assert reasons(draft, "admin_alias")[f"expired@{H}"] == "it has expired"
    assert any("it ends there at `2090" in note for note in notes(draft, f"expires@{H}"))


def test_import_from__phone_numbers_become_msisdns(empty: None, sqlite_files: Files) -> None:
    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"])

    assert draft.users[f"anna.hart@{H}"]["msisdn"] == "+49 30 1234567"
    assert "is not + and digits" in notes(draft, f"ben.meyer@{H}")[0]


def test_import_from__conflicts_with_what_is_here_are_named(world: World, sqlite_files: Files) -> None:
    context = create_context(actor=OPERATOR, context_id=900, name="sundial.example", reseller=None)
    add_domain(actor=OPERATOR, context=context, name="quarry.example")
    create_user(actor=OPERATOR, context=world.contexts[24], number=77, uidname=f"anna.hart@{H}")
    create_administrator(actor=OPERATOR, login="admin@harbour.example", role=Role.MASTER, password="brass lantern 42")

    draft = draft_of("postfixadmin", sqlite_files["postfixadmin"])

    assert "it belongs to the context 900 sundial.example here" in reasons(draft, "domain")["quarry.example"]
    assert reasons(draft, "mailbox")[f"anna.hart@{H}"] == "the context 24 here has this mailbox"
    assert reasons(draft, "admin")["admin@harbour.example"] == "an administrator with this login is here already"
    assert "sundial.example-2" in {context.name for context in draft.contexts}
    assert min(context.id for context in draft.contexts) == 901


def test_import_from__merge_adds_to_the_context_that_has_the_domain(world: World, sqlite_files: Files) -> None:
    add_domain(actor=OPERATOR, context=world.contexts[24], name=H)

    declare(draft_of("mailcow", sqlite_files["mailcow"], merge=True), "contexts", "domains", "users")

    numbers = User.objects.filter(context=24, domain=H).values_list("number", flat=True)
    assert sorted(numbers) == list(range(43, 56))
    assert Context.objects.get(pk=24).name == "alpha_acme"


def test_import_from__same_mailbox_and_alias_in_another_case_are_taken_once(empty: None, tmp_path: Path) -> None:
    tables = rows.postfixadmin()
    first = tables["mailbox"][0]
    tables["mailbox"].append({**first, "username": str(first["username"]).upper()})
    tables["alias"].append({"address": f"INFO@{H}", "goto": "x@out.example", "domain": H, "active": True})
    tables["alias"].append({"address": f"Info2@{H}", "goto": "x@out.example", "domain": H, "active": True})
    file = fill_sqlite(tmp_path / "case.sqlite3", "postfixadmin", tables)

    draft = draft_of("postfixadmin", file)

    assert "written differently" in str(list(reasons(draft, "mailbox").values()))
    assert f"another row has the alias `info@{H}` already" in reasons(draft, "alias").values()
    assert draft.forwards[f"info2@{H}"]["alias"] == f"Info2@{H}"


HOSTILE = [
    "\x00", "\x1b[31m", "\u202e", "'; DROP TABLE x; --", '"', "`", "| | |", "<script>alert(1)</script>", "\n# Heading",
    "a" * 10_000_000, "@" * 1000, "\ud7ff", "a@b", "%s%n", "{{7*7}}", "=cmd|' /C calc'!A0", "", " ", "-1", "9" * 400,
]  # fmt: skip


@pytest.mark.parametrize("rival", RIVAL_NAMES)
def test_import_from__hostile_cells_never_crash_it(empty: None, tmp_path: Path, rival: str) -> None:
    tables = TABLES[rival]()
    file = fill_sqlite(tmp_path / "hostile.sqlite3", rival, tables)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        for table, content in tables.items():
            columns = list(content[0])
            for index, text in enumerate(HOSTILE):
                # One cell of a row is hostile; where that breaks a key of the schema, there is no such row.
                column = columns[index % len(columns)]
                with suppress(sqlite3.IntegrityError):  # a number as the key of a row
                    connection.execute(
                        f'UPDATE OR IGNORE "{table}" SET "{column}" = ? WHERE rowid = ?', (text, 1 + index)
                    )
        connection.commit()

    made = run(rival, file, tmp_path / "made", "--apply", "--no-input")

    assert (made.report + made.said).replace("\n", "").isprintable()
    assert "\n# Heading" not in made.report
    assert len(made.report) < 5_000_000


@pytest.mark.parametrize(
    ("rival", "name", "content", "sentence"),
    [
        ("postfixadmin", "none.sqlite3", None, "It cannot be read: No such file"),
        ("postfixadmin", "text.sql", b"hello", "has no CREATE TABLE"),
        ("postfixadmin", "broken.sqlite3", b"SQLite format 3\x00" + b"\xff" * 5000, "The database refuses to be read"),
        ("modoboa", "other.sql", b"CREATE TABLE domain (\n  domain text\n);\n", "This is not modoboa's database"),
        ("csv", "folder", "", "The folder has none of the files domains.csv"),
    ],
)
def test_import_from__what_cannot_be_read_is_a_sentence(
    world: World, tmp_path: Path, rival: str, name: str, content: bytes | str | None, sentence: str
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.mkdir()

    with pytest.raises(CommandError, match=re.escape(sentence)):
        run(rival, path, tmp_path / "made")


def test_import_from__unknown_scheme_shows_no_password(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refusal:
        run("mailcow", "oracle://me:secret@host/db", tmp_path / "made")

    assert "secret" not in str(refusal.value)


def test_import_from__url_comes_from_standard_input(
    empty: None, sqlite_files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"sqlite:///{sqlite_files['mailcow']}\n"))

    assert run("mailcow", "-", tmp_path / "made").document["users"]


def test_import_from__table_prefix_is_understood(empty: None, sqlite_files: Files, tmp_path: Path) -> None:
    file = fill_sqlite(tmp_path / "prefixed.sqlite3", "postfixadmin", rows.postfixadmin())
    with closing(sqlite3.connect(file)) as connection:
        for table in rows.postfixadmin():
            connection.execute(f'ALTER TABLE "{table}" RENAME TO "pfa_{table}"')

    made = run("postfixadmin", file, tmp_path / "made", "--table-prefix", "pfa_")

    assert made.document["users"] == run("postfixadmin", sqlite_files["postfixadmin"], tmp_path / "m").document["users"]
