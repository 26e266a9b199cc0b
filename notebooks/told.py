"""What a served page shows where its panel can't be made: the error in the language of the page, without a line of code.

What must stay true: an error made on purpose is told in its own words; a fault of this library goes to the terminal in full.
"""

from __future__ import annotations

import html
import sys
import traceback
from typing import Any

from creditlib.errors import CreditError, Lang
from creditlib.faces.wording import say


def tell_errors(shell: Any, lang: Lang) -> None:
    """Show errors of cells in words. shell: the kernel's own, as `get_ipython()` gives it."""

    def show(shell: Any, _kind: object, error: Exception, _trace: object, tb_offset: int | None = None) -> None:
        if isinstance(error, CreditError):
            text = error.text(lang)
        else:
            text = say("notebooks.error.fault", lang, what=f"{type(error).__name__}: {error}")
            traceback.print_exception(error, file=sys.__stderr__)
        style = "border-left: 3px solid #8A3B12; background: #FBEBDD; color: #8A3B12; margin: 28px; padding: 8px 14px; white-space: pre-line;"
        page = f'<p role="alert" style="{style}">{html.escape(text)}</p>'
        shell.display_pub.publish({"text/plain": text, "text/html": page})

    shell.set_custom_exc((Exception,), show)
