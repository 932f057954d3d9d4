"""What a form asks before something is written, where a value can be meant but seldom is.

A form that has a question is shown again with it. The answer holds for exactly what was asked: when that is something
else by the time the answer comes, it is asked anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _Form = forms.BaseForm
else:
    _Form = object


class Asking(_Form):
    """For forms that may have a question about their values once each of them is good."""

    question: Question | None = None
    # What the answer adds to the form's cleaned data.
    answers: Mapping[str, Any] = MappingProxyType({})

    def ask(self) -> Question | None:
        """The question about the cleaned values, if there is one."""
        return None

    def answered(self, question: Question) -> None:
        """Take over what was answered."""

    def clean(self) -> dict[str, Any]:
        """Refuses the form as long as its question is not answered."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self.question = None if self.errors else self.ask()
        if self.question is None:
            return data
        if self.question.is_valid():
            self.answered(self.question)
        else:
            self.add_error(None, _("Nothing is saved yet: please answer the question below."))
        return data


class Question(Asking, forms.Form):
    """A sentence, and what can be answered."""

    # What was asked about may be corrected instead: then no browser must insist on an answer.
    use_required_attribute = False

    def __init__(self, data: Mapping[str, Any] | None, sentence: str, *, prefix: str = "question") -> None:
        self.sentence = sentence
        self.mark = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        self.mark_name = f"{prefix}-mark"
        asked = data is not None and data.get(self.mark_name) == self.mark
        super().__init__(data if asked else None, prefix=prefix)


class Doubt(Question):
    """Whether something that looks like a mistake is meant."""

    anyway = forms.BooleanField(label=_("Save anyway"))
