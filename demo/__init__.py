"""A small believable installation, to look at and to try things out on. Nothing else needs it."""
