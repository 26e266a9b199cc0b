"""Whether a customer may be taken on: registration, statements, reputation, each with its evidence."""
