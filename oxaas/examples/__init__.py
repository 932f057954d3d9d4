"""An example of every operation, in the forms that callers write."""
