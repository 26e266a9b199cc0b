"""The ribbon of Excel: its buttons, their order, their pictures, their words in both languages.

What must stay true: a button is named after the macro it runs; every button has its words in `ribbon.toml` and its procedure in VBA;
pictures are Excel's own, so that nothing has to be shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import quoteattr

from creditlib.errors import Lang
from creditlib.faces.wording import say

TAB = "creditlibTab"
_NAMESPACE: Final = "http://schemas.microsoft.com/office/2006/01/customui"


@dataclass(frozen=True, slots=True)
class Button:
    """name: of the macro. picture: an `imageMso`. macro: it runs Python; the wizard is Excel's own."""

    name: str
    group: str
    picture: str
    large: bool = False
    macro: bool = True

    @property
    def callback(self) -> str:
        """The procedure in VBA."""
        return f"CreditRibbon_{self.name}"


BUTTONS: Final = (
    Button("connect_book", "book", "FileOpen", large=True),
    Button("refresh", "book", "RefreshAll", large=True),
    Button("close_month", "work", "CalendarInsert", large=True),
    Button("review_customer", "work", "FindDialog", large=True),
    Button("terms_what_if", "work", "WhatIfAnalysisMenu", large=True),
    Button("submit_limit", "record", "FileSendAsAttachment", large=True),
    Button("list_pending", "record", "ReviewTrackChanges", large=True),
    Button("decide_pending", "record", "AcceptInvitation", large=True),
    Button("insert_function", "functions", "FunctionWizard", large=True, macro=False),
    Button("list_functions", "functions", "TableOfContentsGallery"),
    Button("switch_language", "functions", "Translate"),
    Button("help", "functions", "Help"),
)


def ribbon_xml(lang: Lang) -> str:
    """Return the customUI part in one language."""
    groups: dict[str, list[Button]] = {}
    for button in BUTTONS:
        groups.setdefault(button.group, []).append(button)
    lines = [
        f'<customUI xmlns="{_NAMESPACE}"><ribbon><tabs>',
        f"<tab id={_q(TAB)} label={_q(say('ribbon.tab', lang))}>",
    ]
    for group, buttons in groups.items():
        lines.append(f"<group id={_q(f'creditlib_{group}')} label={_q(say(f'ribbon.group.{group}', lang))}>")
        lines += [_button(button, lang) for button in buttons]
        lines.append("</group>")
    return "\n".join([*lines, "</tab></tabs></ribbon></customUI>"])


def _button(button: Button, lang: Lang) -> str:
    label, tip = (say(f"ribbon.macro.{button.name}.{part}", lang) for part in ("label", "screentip"))
    size = "large" if button.large else "normal"
    return (
        f"<button id={_q(f'creditlib_{button.name}')} label={_q(label)} screentip={_q(tip)} size={_q(size)} "
        f"imageMso={_q(button.picture)} onAction={_q(f'CreditRibbon.{button.callback}')}/>"
    )


def _q(text: str) -> str:
    return quoteattr(text)
