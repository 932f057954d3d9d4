"""Pages of the web admin that look across the apps: dashboard and search. No model, no write."""
