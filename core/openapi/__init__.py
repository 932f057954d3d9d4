"""How an operation of the contract is described where it is written: `@operation(…)` above the viewset's method.

`oxaas.schema` turns the descriptions, the routes, the schemes and the serializers into the OpenAPI document.
"""
