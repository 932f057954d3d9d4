"""The second version of the API, below `/api/v2/`: resources with collections and items.

It stands on the same services, scopes, rules and change log as the published operations beside it. What a role may do
is in `core.access`, as for the web admin.
"""
