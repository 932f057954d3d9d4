"""The ground floor: what knows no model of the product and imports no other package of it."""
