"""Dated parameters: which value was in force on which day, where it was decided, and what changed between two policies.

What must stay true: this floor knows no book and no measure; a change is a new row, never an edit.
"""

from __future__ import annotations

from creditlib.policy.catalogue import CATALOGUE
from creditlib.policy.loading import load_policy, standard_text
from creditlib.policy.parameter import GRADES, Parameter, Value
from creditlib.policy.policy import Change, Policy, Row, Values

__all__ = [
    "CATALOGUE",
    "GRADES",
    "Change",
    "Parameter",
    "Policy",
    "Row",
    "Value",
    "Values",
    "load_policy",
    "standard_text",
]
