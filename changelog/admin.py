"""Registers the pages of the change log."""

from django.contrib import admin

from changelog.models import Change
from changelog.pages import ChangeAdmin

admin.site.register(Change, ChangeAdmin)
