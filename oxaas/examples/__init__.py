"""An example of every operation, in the forms that callers write; all made of one table, so that they cannot differ."""
