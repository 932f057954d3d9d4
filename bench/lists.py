"""What our list costs beside Django's own: `python -m bench.lists`.

The same 100 forwarding aliases on both pages, measured in turns in one run on a database of its own: ours with theme,
search, filters, recipients and actions; the stock one is a plain ModelAdmin with the same columns and Django's own
templates. Fails when ours takes more than two statements more or more than half as long again.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from typing import Any, Final

ROWS, ROUNDS, REQUESTS = 100, 6, 12
MOST_STATEMENTS: Final = 2
MOST_TIME: Final = 1.5


def prepare(folder: str) -> Any:
    """Django with a database in `folder` that has the aliases; who looks at them is the answer."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "oxaas.settings",
            "DEBUG": "true",
            "SECRET_KEY": "only-for-measuring",
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "MAIL_STORE": f"maildir://{folder}/mail",
        }
    )
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from accounts.models import Administrator, Context
    from core.actor import Actor, Channel
    from forwards.services import create_forward
    from tests import world

    # DEBUG served to get static files without collecting them; nothing is measured with it.
    settings.DEBUG = False
    call_command("migrate", verbosity=0)
    world.build()
    context = Context.objects.get(pk=24)
    actor = Actor(None, Channel.PROVISION)
    for number in range(ROWS):
        recipients = [f"r{one}@far{number}.example" for one in range(1 + number % 4)]
        create_forward(actor=actor, context=context, alias=f"a{number:03}@acme.example", recipients=recipients)
    return Administrator.objects.with_owner().get(login="alpha")


class Page:
    """One list page, asked for without the network and the session, which are the same for both."""

    def __init__(self, model_admin: Any, administrator: Any, templates: list[dict[str, Any]]) -> None:
        self.model_admin, self.administrator, self.templates = model_admin, administrator, templates
        self.times: list[float] = []

    def render(self) -> str:
        """The page's HTML."""
        from django.test import RequestFactory

        request = RequestFactory().get("/admin/forwards/forwardingalias/")
        request.user = self.administrator
        response = self.model_admin.changelist_view(request)
        html: str = response.render().content.decode()
        return html

    def statements(self) -> int:
        """How many statements the page takes."""
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            html = self.render()
        if html.count('class="action-select"') < ROWS:
            sys.exit("The page does not have all rows.")
        return len(captured)

    def measure(self) -> None:
        """One round, in milliseconds."""
        from django.test import override_settings

        with override_settings(TEMPLATES=self.templates):
            self.render()  # parses the templates
            for _ in range(REQUESTS):
                start = time.perf_counter()
                self.render()
                self.times.append((time.perf_counter() - start) * 1000)


def pages(administrator: Any) -> tuple[Page, Page]:
    """Ours and the stock one."""
    from django.conf import settings
    from django.contrib import admin

    from forwards.models import ForwardingAlias

    class Stock(admin.ModelAdmin):
        list_display = ("address", "recipients_column", "context", "is_active")
        list_select_related = ("context",)
        list_filter = ("is_active", "context")
        search_fields = ("address",)
        list_per_page = ROWS

        def get_queryset(self, request: Any) -> Any:
            return super().get_queryset(request).filter(context_id=24).prefetch_related("recipients")

        def recipients_column(self, row: Any) -> str:
            return ", ".join(one.address for one in row.recipients.all())

    ours = admin.site._registry[ForwardingAlias]
    ours.__dict__["list_per_page"] = ROWS
    plain = [{**settings.TEMPLATES[0], "DIRS": []}]
    stock = Stock(ForwardingAlias, admin.AdminSite(name="stock"))
    return Page(ours, administrator, settings.TEMPLATES), Page(stock, administrator, plain)


def main() -> None:
    """Measure, print, judge."""
    with tempfile.TemporaryDirectory() as folder:
        ours, stock = pages(prepare(folder))
        statements = ours.statements(), stock.statements()
        for _ in range(ROUNDS):
            ours.measure()
            stock.measure()
    times = statistics.median(ours.times), statistics.median(stock.times)
    ratio = times[0] / times[1]
    print(f"list of {ROWS} aliases   ours   stock")
    print(f"statements          {statements[0]:5}  {statements[1]:6}   at most {MOST_STATEMENTS} more")
    print(f"milliseconds        {times[0]:5.1f}  {times[1]:6.1f}   {ratio:.2f} times, at most {MOST_TIME}")
    if statements[0] > statements[1] + MOST_STATEMENTS or ratio > MOST_TIME:
        sys.exit("Too much.")


if __name__ == "__main__":
    main()
