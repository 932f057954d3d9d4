"""Who may do what, and who learns nothing."""

from __future__ import annotations

from conformance.catalogue import expect, fresh, question, same
from conformance.questions.everywhere import UNKNOWN
from conformance.server import Server, SkipError


@question("contextAdminAuth", "The context's own administrator may; its login is accepted short and long")
def admin_long_and_short(server: Server) -> None:
    own = server.target.own
    login, password = server.target.logins["admin"]
    expect(server.ask("getUidname", own.id, own.user, login="admin"), 200)
    expect(server.ask("getUidname", own.id, own.user, login=f"{login}@{own.name}:{password}"), 200)


@question("contextAdminAuth", "A reseller and a master are 401, unless MASTER_ACCOUNT_OVERRIDE is set")
def reseller_needs_override(server: Server) -> None:
    own = server.target.own
    wanted = 200 if server.target.override else 401
    expect(server.ask("getUidname", own.id, own.user, login="reseller"), wanted)


@question("contextAdminAuth", "For a context's administrator, unknown and foreign contexts are the same refusal")
def admin_of_another_context(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    login, password = server.target.logins["admin"]
    long = f"{login}@{own.name}:{password}"
    abroad = server.ask("getUidname", foreign.id, foreign.user, login=long)
    nowhere = server.ask("getUidname", UNKNOWN, foreign.user, login=long)
    same(expect(abroad, 401), expect(nowhere, 401))


@question("contextAdminAuth", "A tenant credential opens nothing but Mail")
def tenant_opens_mail_only(server: Server) -> None:
    own = server.target.own
    expect(server.ask("getUidname", own.id, own.user, login="tenant"), 401)
    expect(server.ask("searchUser", login="tenant", query={"search": own.uidname}), 401)
    expect(server.ask("listForwards", own.id, login="tenant"), 403)
    expect(server.ask("listDomains", own.id, login="tenant"), 401)


@question("contextAdminOnlyAuth", "The context's administrator and its reseller may, another reseller is 403")
def forwards_roles(server: Server) -> None:
    own = server.target.own
    expect(server.ask("listForwards", own.id, login="admin"), 200)
    expect(server.ask("listForwards", own.id, login="reseller"), 200)
    expect(server.ask("listForwards", own.id, login="rival"), 403)


@question("contextAdminOnlyAuth", "A master may not")
def forwards_not_for_master(server: Server) -> None:
    expect(server.ask("listForwards", server.target.own.id, login="reseller"), 200)
    expect(server.ask("listForwards", server.target.own.id, login="master"), 403)


@question("contextAdminOnlyAuth", "A reseller may in the contexts of its children, a child not in those of its parent")
def parent_and_child(server: Server) -> None:
    child = server.target.child
    if child is None:
        raise SkipError("no context of a child is given")
    expect(server.ask("listForwards", child.id, login="reseller"), 200)
    expect(server.ask("listForwards", child.id, login="child"), 200)
    expect(server.ask("listForwards", server.target.own.id, login="child"), 403)


@question("contextAdminOnlyAuth", "A context id that is somebody else's is 403, an unknown one 404")
def unknown_and_foreign_context(server: Server) -> None:
    foreign = server.target.foreign
    expect(server.ask("listForwards", foreign.id, login="reseller"), 403)
    expect(server.ask("listForwards", UNKNOWN, login="reseller"), 404)


@question("contextAdminOnlyAuth", "A context's name that is somebody else's answers like an unknown one")
def foreign_name_is_unknown(server: Server) -> None:
    expect(server.ask("listForwards", server.target.own.name, login="reseller"), 200)
    one = server.ask("listForwards", server.target.foreign.name, login="reseller")
    other = server.ask("listForwards", f"brand_{fresh()}", login="reseller")
    same(expect(one, 404), expect(other, 404))


@question("searchUser", "Everybody finds the users of their own contexts only; a foreign one is like an unknown one")
def search_is_scoped(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    expect(server.ask("searchUser", login="reseller", query={"search": own.uidname}), 200)
    expect(server.ask("searchUser", login="rival", query={"search": own.uidname}), 404)
    abroad = server.ask("searchUser", login="reseller", query={"search": foreign.uidname})
    nobody = server.ask("searchUser", login="reseller", query={"search": fresh()})
    same(expect(abroad, 404), expect(nobody, 404))


@question("searchUser", "A context's administrator logs in by the long form, and finds the users of that context")
def search_by_context_admin(server: Server) -> None:
    own, foreign = server.target.own, server.target.foreign
    login, password = server.target.logins["admin"]
    long = f"{login}@{own.name}:{password}"
    expect(server.ask("searchUser", login=long, query={"search": own.uidname}), 200)
    expect(server.ask("searchUser", login=long, query={"search": foreign.uidname}), 404)
    expect(server.ask("searchUser", login="admin", query={"search": own.uidname}), 401)


@question("resellerAdminAuth", "A reseller and a master may with MASTER_ACCOUNT_OVERRIDE alone, all others never")
def domains_roles(server: Server) -> None:
    own = server.target.own
    expect(server.ask("listDomains", own.id, login="admin"), 401)
    expect(server.ask("listDomains", own.id, login="reseller"), 200 if server.target.override else 401)
    expect(server.ask("listDomains", own.id, login="rival"), 401)
