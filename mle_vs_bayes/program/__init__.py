"""Models written elsewhere, seen as models of this suite: a PyMC program or a statsmodels likelihood as it is."""
