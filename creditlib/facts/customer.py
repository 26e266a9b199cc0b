"""Who a customer is: the unified social credit code 统一社会信用代码 and its check digit.

Source: GB 32100-2015, table of characters and weights.
"""

from __future__ import annotations

from typing import Final

_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))


def credit_code_valid(code: str) -> bool:
    """Return whether 18 characters are a unified social credit code: legal characters and the right check digit.

    >>> credit_code_valid("91350100M000100Y43"), credit_code_valid("91350100M000100Y44")
    (True, False)
    """
    code = code.strip().upper()
    if len(code) != 18 or any(c not in _CHARACTERS for c in code):
        return False
    total = sum(_CHARACTERS.index(c) * w for c, w in zip(code, _WEIGHTS, strict=False))
    return _CHARACTERS[(31 - total % 31) % 31] == code[17]
