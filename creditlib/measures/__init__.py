"""Measures: pure figures over open items and books; as_of is always passed in."""
