"""Regressions with effects that differ between groups, by the family of the outcome."""
