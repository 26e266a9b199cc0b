"""The cell functions, a file for each subject. Importing this fills the catalogue.

What must stay true: a body converts, calls the library and returns; it holds no figure and no threshold of its own.
"""

from . import aging, approved, book, formulas, ledger, limit, score, terms  # noqa: F401  (each enters its functions into the catalogue)
