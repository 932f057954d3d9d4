"""Asks any server that claims the Cloud-Plugins REST APIs 1.9.1 what the contract says, over HTTP alone.

Knows nothing of the product: `contract/openapi.yaml` beside this folder is all that it reads. See README.md.
"""
