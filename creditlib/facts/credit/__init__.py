"""Reading credit files: statements as people type them, registry exports, lists and forms."""
