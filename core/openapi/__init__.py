"""How an operation of the contract is described where it is written: `@operation(…)` above the viewset's method."""
