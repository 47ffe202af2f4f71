"""Predictions of new rows from every estimator of one fit."""
