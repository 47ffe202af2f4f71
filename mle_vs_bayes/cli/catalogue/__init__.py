"""``mle-vs-bayes models``: the catalogue in groups, one model in full, and what can take a column of some data."""
