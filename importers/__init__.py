"""Coming from another mail system: its database read, written down as a file for `provision`, and a report of the rest.

See docs/coming-from/.
"""
