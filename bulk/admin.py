"""Registers the pages of bulk edits."""

from django.contrib import admin

from bulk.models import BulkJob
from bulk.pages import BulkJobAdmin

admin.site.register(BulkJob, BulkJobAdmin)
