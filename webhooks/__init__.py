"""Webhooks: other systems are told of changes, after Standard Webhooks."""
