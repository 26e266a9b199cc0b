"""The exception tree, and `Finding`: a fault in the data.

A fault of the caller (a missing file, a wrong option, mixed currencies) is an exception. A fault in the data is a `Finding`:
findings are collected and all shown, never only the first. Both carry their text in English and in Chinese.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

Lang = Literal["en", "zh"]
Severity = Literal["must_act", "note"]


class CreditError(Exception):
    """Root of every error this library raises on purpose.

    en, zh: one to three lines: where, what, both figures, what to do.

    >>> CreditError("a.csv: empty", "a.csv：文件为空").text("zh")
    'a.csv：文件为空'
    """

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.en = en
        self.zh = zh

    def text(self, lang: Lang = "en") -> str:
        """Return the message in the language asked for."""
        return self.zh if lang == "zh" else self.en

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows of this error: its message, in the language of CREDIT_LANG; with CREDIT_DEBUG all of it."""
        if os.environ.get("CREDIT_DEBUG"):
            raise NotImplementedError
        return self.text("zh" if os.environ.get("CREDIT_LANG") == "zh" else "en").split("\n")


class UsageError(CreditError):
    """The call itself is wrong: a missing option, two options that exclude each other, a file that exists already."""


class SourceError(CreditError):
    """A source can't be read at all: missing, empty, not the kind it claims, or unpacking to gigabytes."""


class MappingError(CreditError):
    """The columns of a source can't be recognised, or a `map.toml` names what is not there."""


class PolicyError(CreditError):
    """A policy file breaks its own rules: duplicate key, unknown key, wrong unit, gap in the dates."""


class TermsError(CreditError):
    """A payment term can't be understood, or its instalments do not add up to the whole."""


class CurrencyError(CreditError):
    """An unknown currency, or several currencies where one is needed."""


class NeedsSales(CreditError):
    """DSO was asked of a book that knows only what is open: sales by month must be given beside it."""


class TooLarge(CreditError):
    """A product would not fit 64 bits; the figure is refused rather than wrong."""


class TemplateError(CreditError):
    """A workbook template lacks a place this version fills, or is no workbook."""


class RecordError(CreditError):
    """A connected book's files do not carry the hashes its manifest lists."""


class StoreError(CreditError):
    """The store of the record can't be opened, read or written: wrong address, locked, full, no rights, not a store, another version."""


class RefusedError(CreditError):
    """A rule of the record forbids it: no role for it, one's own request, a request that is decided or expired, two at once."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault in the data, or one thing a person should know about it.

    check: name in the catalogue of `facts.checks`. where: `file:sheet!row` or the name of the total concerned.
    count: documents concerned. amount_minor, currency: what is at stake, None where no amount is.

    >>> f = Finding("zero-amount", "note", "a.csv:3", "INV-1 has the amount 0.00.", "INV-1 金额为 0.00。")
    >>> f.line("en")
    'a.csv:3: INV-1 has the amount 0.00. [zero-amount]'
    """

    check: str
    severity: Severity
    where: str
    en: str
    zh: str
    count: int = 1
    amount_minor: int | None = None
    currency: str | None = None

    def text(self, lang: Lang = "en") -> str:
        """Return what was found, without its place."""
        return self.zh if lang == "zh" else self.en

    def line(self, lang: Lang = "en") -> str:
        """Return place, text and the name of the check, as the terminal prints it."""
        colon = "：" if lang == "zh" else ": "
        return (
            f"{self.where}{colon}{self.text(lang)} [{self.check}]"
            if self.where
            else f"{self.text(lang)} [{self.check}]"
        )
