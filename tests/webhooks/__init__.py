"""Webhooks: where they may go, what is sent, and that nothing is lost."""
