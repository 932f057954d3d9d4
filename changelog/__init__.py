"""The change log: who did what, when and through which channel; how it is read, shown and undone."""
