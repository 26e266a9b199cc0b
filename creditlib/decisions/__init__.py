"""Measures × policy → decisions that explain themselves."""
