"""The record: who decided what, on which data, as an append-only chain of entries in SQLite or PostgreSQL.

What must stay true: the journal is the store; every other table is a projection of its entries, written in the same transaction and
rebuilt from them by `verify`; nothing here updates or deletes a row.
"""
