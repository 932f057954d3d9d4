"""Bulk edits: one edit of many rows, chosen, previewed and run as a job. Apps register their edits."""
