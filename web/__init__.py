"""The web admin as a whole: its site, login, overview, search, and the pages that look across the apps."""
