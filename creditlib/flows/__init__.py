"""Flows: one month end, one customer: everything of it, put together."""
