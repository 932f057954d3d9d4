"""From a rival's world to a file for `provision`: the steps in their order."""

from __future__ import annotations

from importers.aliases import Aliases
from importers.contexts import choose_domains, plan_contexts
from importers.draft import Draft, Options
from importers.mailboxes import take_mailboxes
from importers.people import People
from importers.world import World


def translate(world: World, options: Options) -> Draft:
    """The file, the report's findings and the passwords. Reads this installation, changes nothing."""
    draft = Draft(world, options)
    for table, rows, reason in world.elsewhere:
        draft.ledger.leave_table(table, rows, reason)
    choose_domains(draft)
    people = People(draft)
    people.read_grants()
    people.take_resellers()
    people.note_administered_domains()
    plan_contexts(draft)
    people.take_administrators()
    take_mailboxes(draft)
    Aliases(draft).take()
    return draft
