"""Importing a table: its lines are kept, and a bulk edit previews and runs them through provision's sections."""
