"""Who administers what: rivals' domain administrators, and resellers where there are such."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password

from accounts.machine_secrets import first_password
from core.access import Role
from core.errors import Invalid
from core.names import clean_identifier
from importers import here
from importers.draft import Draft, Entry, PlannedContext, domain_name
from importers.world import Administrator, Grant

_NOTHING_LEFT = "none of the domains that it administers is taken over"


class People:
    """Resellers first, since contexts belong to them; administrators once the contexts are known."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._logins = here.logins()
        self._resellers = here.reseller_names()
        self._grants: dict[str, list[tuple[Grant, str]]] = {}

    def read_grants(self) -> None:
        """Note who administers which domain, so that contexts can be made by it."""
        draft = self._draft
        direct = {(grant.login, _normalized(grant.domain)) for grant in draft.world.grants if grant.is_active}
        can_act = {one.login for one in draft.world.administrators if not one.why_not}
        for grant in draft.world.grants:
            name = _normalized(grant.domain)
            why_not = grant.why_not or ("" if grant.is_active else "it is switched off")
            if not why_not and grant.login not in can_act:
                why_not = "its administrator is not taken over"
            if not why_not and name in draft.domain_aliases:
                name = draft.domain_aliases[name][1]
                if (grant.login, name) not in direct:
                    why_not = "it is an alias of a domain that somebody else administers"
            if not why_not and name not in draft.domains:
                why_not = "its domain is not taken over"
            if why_not:
                draft.ledger.leave(grant.origin, why_not)
            else:
                self._grants.setdefault(grant.login, []).append((grant, name))

    def take_resellers(self) -> None:
        """Make resellers of those who are; the domains that they may see are theirs to sell."""
        draft = self._draft
        for one in draft.world.administrators:
            if not one.is_reseller or one.why_not:
                continue
            grants = self._grants.pop(one.login, [])
            why_not = self._why_no_reseller(one)
            for grant, _name in grants:
                if why_not:
                    draft.ledger.leave(grant.origin, "its administrator is not taken over")
                else:
                    draft.ledger.take(grant.origin)
            if why_not:
                draft.ledger.leave(one.origin, why_not)
                continue
            draft.resellers[one.login] = {"name": one.login, "display_name": one.login, "is_active": one.is_active}
            draft.administrators.append(
                {"login": one.login, "role": str(Role.RESELLER), "reseller": one.login, **self._secret(one.login)}
            )
            draft.ledger.take(one.origin)

    def note_administered_domains(self) -> None:
        """Hand on who administers what, for the rule of one context for each administrator."""
        for login, grants in self._grants.items():
            self._draft.administers[login] = {name for _grant, name in grants}

    def take_administrators(self) -> None:
        """An entry in each context all of whose domains somebody administers."""
        for one in self._draft.world.administrators:
            if one.why_not:
                self._draft.ledger.leave(one.origin, one.why_not)
            elif not one.is_reseller:
                self._take(one)

    def _take(self, one: Administrator) -> None:
        draft, by_context = self._draft, dict[int, list[Grant]]()
        for grant, name in self._grants.get(one.login, ()):
            by_context.setdefault(draft.context_of[name].id, []).append(grant)
        contexts = {context.id: context for context in draft.contexts if context.id in by_context}
        password, why_not = "", _NOTHING_LEFT
        made = 0
        for key, context in contexts.items():
            entry, why_not = self._entry(one, context)
            for grant in by_context[key]:
                if entry is None:
                    draft.ledger.leave(grant.origin, why_not)
                else:
                    draft.ledger.take(grant.origin)
            if entry is None:
                continue
            made += 1
            if (key, entry["login"]) not in self._logins:
                password = password or first_password()
                entry["password_hash"] = make_password(password)
                draft.passwords.append((f"{entry['login']}@{context.name}", password))
            self._logins.add((key, entry["login"]))
            draft.administrators.append(entry)
        if made:
            draft.ledger.take(one.origin)
        else:
            draft.ledger.leave(one.origin, why_not)

    def _entry(self, one: Administrator, context: PlannedContext) -> tuple[Entry | None, str]:
        """The administrator's entry in the context, or why there is none."""
        if not set(context.domains) <= self._draft.administers.get(one.login, set()):
            return None, f"the context {context.name} here has other domains as well, which it does not administer"
        login = self._short(one.login, context)
        try:
            _check_login(login)
        except Invalid as error:
            return None, str(error)
        if (None, f"{login}@{context.name}") in self._logins:
            return None, "an administrator with this login is here already"
        return {
            "login": login,
            "role": str(Role.CONTEXT),
            "context": context.id,
            "is_active": one.is_active,
        }, ""

    def _short(self, login: str, context: PlannedContext) -> str:
        """`admin` for admin@acme.example in the context acme.example: people go on logging in as they did."""
        local, _at, domain = login.rpartition("@")
        there = {entry["login"] for entry in self._draft.administrators if entry.get("context") == context.id}
        return local if local and domain.lower() == context.name and local not in there else login

    def _why_no_reseller(self, one: Administrator) -> str:
        try:
            _check_login(one.login)
            clean_identifier(one.login, what="name", field="name", limit=128)
        except Invalid as error:
            return str(error)
        if one.login in self._resellers or (None, one.login) in self._logins:
            return "a reseller or an administrator of this name is here already"
        return ""

    def _secret(self, login: str) -> Entry:
        password = first_password()
        self._draft.passwords.append((login, password))
        return {"password_hash": make_password(password)}


def _check_login(login: str) -> None:
    clean_identifier(login, what="login", field="login")
    if ":" in login:
        raise Invalid("a login cannot contain a colon")


def _normalized(domain: str) -> str:
    try:
        return domain_name(domain)
    except Invalid:
        return domain.strip().lower()
