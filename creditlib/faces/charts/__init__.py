"""Charts, written once in Altair: drawn in panels, and as still pictures for documents."""
