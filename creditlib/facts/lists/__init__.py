"""Reading lists that say what they are: orders, limits, events."""
