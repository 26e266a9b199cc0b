"""Facts: tables, readers, named checks, open items. Never knows the policy."""
