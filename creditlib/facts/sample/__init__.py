"""The sample firm: an invented ledger with every odd case, its credit files, orders, limits and events."""
