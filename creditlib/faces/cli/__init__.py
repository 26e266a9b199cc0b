"""The terminal command `credit`."""
