"""The Mail API family: figures about a user's mail, read from a mail store."""
