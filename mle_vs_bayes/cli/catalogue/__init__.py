"""Ways in: the catalogue in groups, one model in full, what can take a column of some data, and a tour."""
