"""Dates that nobody can misread, for languages whose own in Django can be."""
