"""The mail with a link to set a new password: asked for by whoever forgot it, or sent by who is in charge."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Administrator

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)


def link_message(
    request: HttpRequest, administrator: Administrator, why: StrOrPromise, otherwise: StrOrPromise
) -> EmailMessage:
    """The mail in the administrator's language: `why` it comes, of %(login)s, and what is without the link."""
    who = urlsafe_base64_encode(force_bytes(administrator.pk))
    token = default_token_generator.make_token(administrator)
    link = request.build_absolute_uri(reverse("admin:password_link", args=(who, token)))
    with override(administrator.language or None):
        lines = [
            str(why) % {"login": administrator},
            _("This link works once, within an hour:"),
            link,
            str(otherwise),
        ]
        subject = _("A new password for %(login)s") % {"login": administrator}
    return EmailMessage(subject, "\n\n".join(lines), to=[administrator.email])


def deliver(message: EmailMessage, key: int) -> bool:
    """Send it; whether the mail server took it."""
    try:
        message.send()
    except Exception as error:
        # Whatever a mail server does; the link is in no log.
        logger.error("the link for a new password of administrator %s was not sent: %s", key, type(error).__name__)
        return False
    return True
