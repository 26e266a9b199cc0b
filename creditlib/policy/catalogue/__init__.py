"""The catalogue of policy parameters, one file for each subject.

What must stay true: a parameter that is not listed here can't be in a policy file, and every one listed must be.
"""

from __future__ import annotations

from typing import Final

from creditlib.policy.catalogue import approval, close, customer, limit, release, score, terms
from creditlib.policy.parameter import Parameter

CATALOGUE: Final[dict[str, Parameter]] = {
    parameter.name: parameter
    for part in (close, customer, score, limit, terms, release, approval)
    for parameter in part.PARAMETERS
}
"""Every parameter by name, in the order people read them."""
