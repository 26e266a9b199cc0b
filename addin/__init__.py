"""creditlib in the spreadsheet: cell functions, macros and the hosts that carry them.

What must stay true: importing this loads nothing heavy; every host is made from the one catalogue and calls it by `call`.
"""

from __future__ import annotations

from . import functions  # noqa: F401  (fills the catalogue)
from .call import call
from .udf import CATALOGUE, Function

__all__ = ["CATALOGUE", "Function", "call"]
