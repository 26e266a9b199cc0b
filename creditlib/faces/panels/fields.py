"""What a person can change on a panel: how it is typed, what it may be, how it is shown.

What must stay true: a state holds what the library counts in (a share of 0.65, minor units), a person sees and types what people write
(65 %, 万元); what can't be read, or is out of bounds, is told with both figures and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from creditlib.days import parse_iso
from creditlib.errors import CreditError, Lang, UsageError
from creditlib.faces.panels.blocks import Block
from creditlib.faces.wording import say
from creditlib.facts.values import read_amount

Words = Callable[[Lang], str]
"""A label in a language."""


class Field(Protocol):
    """One thing a person can change. label: in both languages."""

    @property
    def label(self) -> Words:
        """Its name for people."""
        ...

    def read(self, typed: str, lang: Lang) -> Any:
        """Return what was typed as a state holds it. Raises: CreditError."""
        ...

    def check(self, value: Any) -> Any:
        """Return a value that came from the browser, as a state holds it. Raises: CreditError."""
        ...

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the control as the browser draws it."""
        ...


def trimmed(value: float | Decimal, decimals: int) -> str:
    """Return a number with thousands grouped and no more decimals than it has.

    >>> trimmed(1234.5, 2), trimmed(30.0, 1), trimmed(-0.0, 1)
    ('1,234.5', '30', '0')
    """
    text = f"{Decimal(repr(value)) if isinstance(value, float) else value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number with a slider. least, most, step: as the library counts; times: what one of it is for people, 100 for a share shown in
    per cent, by language where that differs. base: where the tick stands. decimals: shown at most. unit: its name, which may be typed too.
    money: one of the currency as the library counts, 100 for CNY; what is typed with 元 or 万 is in it, whatever unit is shown.

    >>> share = Number(label=lambda lang: "Deposit", least=0, most=1, step=0.05, times=100, unit=lambda lang: "%")
    >>> share.read("65%", "en"), share.control("deposit", 0.65, "en")["text"]
    (0.65, '65')
    >>> limit = Number(label=lambda lang: "Limit", least=0, most=10**12, step=100, times=1 / 1_000_000, unit=lambda lang: "万元", money=100)
    >>> limit.read("50", "zh"), limit.read("50万", "zh"), limit.read("500,000元", "zh")
    (50000000.0, 50000000.0, 50000000.0)
    """

    label: Words
    least: float
    most: float
    step: float
    times: float | Callable[[Lang], float] = 1
    decimals: int = 2
    unit: Words | None = None
    base: float | None = None
    whole: bool = False
    slider: bool = True
    hint: Words | None = None
    beyond: float | None = None
    """Where typing may go further than the slider: the highest allowed."""
    empty: bool = False
    """Whether it may be left blank: None, not known."""
    money: int | None = None

    def factor(self, lang: Lang) -> float:
        """Return what one of it is for people."""
        return self.times(lang) if callable(self.times) else self.times

    def read(self, typed: str, lang: Lang) -> float | int | None:
        """Return what was typed as the library counts."""
        text = typed.strip()
        if not text and self.empty:
            return None
        unit = self._unit(lang)
        if unit and text.endswith(unit):
            text = text.removesuffix(unit).rstrip()
        ends = text[-1:] in ("%", "％") and self.factor(lang) == 100
        found = read_amount(text.rstrip("%％").strip() if ends else text)
        if found is None:
            raise _told("number", what=self.label, value=typed)
        plain = self.money is not None and any(sign in text for sign in _PLAIN)
        exact = found * self.money if plain and self.money else found / Decimal(repr(float(self.factor(lang))))
        return self.check(int(exact) if self.whole and exact == int(exact) else float(exact))

    def check(self, value: Any) -> float | int | None:
        """Return a number within its bounds."""
        if value is None and self.empty:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise _told("number", what=self.label, value=str(value))
        most = self.most if self.beyond is None else self.beyond
        if not self.least <= value <= most:
            raise UsageError(*(self._outside(value, most, lang) for lang in _LANGS))
        if self.whole and value != int(value):
            raise _told("whole", what=self.label, value=str(value))
        return int(value) if self.whole else value

    def _outside(self, value: float, most: float, lang: Lang) -> str:
        told = {"what": self.label(lang), "value": self.told(value, lang)}
        return say("panel.error.outside", lang, least=self._shown(self.least, lang), most=self.told(most, lang), **told)

    def _unit(self, lang: Lang) -> str:
        return self.unit(lang) if self.unit is not None else ""

    def _shown(self, value: float, lang: Lang) -> str:
        return trimmed(Decimal(repr(float(value))) * Decimal(repr(float(self.factor(lang)))), self.decimals)

    def told(self, value: float | Decimal | None, lang: Lang) -> str:
        """Return a value with its unit."""
        if value is None:
            return say("panel.word.unknown", lang)
        unit = self._unit(lang)
        return f"{self._shown(float(value), lang)}{'' if unit in ('', '%') else ' '}{unit}"

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the slider, or the field to type into."""
        times = self.factor(lang)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        made: Block = {
            "kind": "slider" if self.slider else "number", "name": name, "label": self.label(lang), "unit": self._unit(lang),
            "text": self._shown(value, lang) if known else "" if value is None else str(value),
            "hint": self.hint(lang) if self.hint else None,
        }  # fmt: skip
        if self.slider:
            made |= {
                "min": self.least,
                "max": self.most,
                "step": self.step,
                "value": value if known else None,
                "base": self.base,
                "times": times,
            }
        return made


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One of several. options: value and label by language. few: buttons side by side instead of a list."""

    label: Words
    options: Sequence[tuple[str, Words]]
    few: bool = False
    hint: Words | None = None

    def read(self, typed: str, lang: Lang) -> str:
        """Return the option of a label or a value."""
        found = next((value for value, label in self.options if typed in (value, label(lang))), None)
        if found is None:
            raise _told(
                "choice", what=self.label, value=typed, names=", ".join(value for value, _ in self.options[:12])
            )
        return found

    def check(self, value: Any) -> str:
        """Return the option."""
        return self.read(str(value), "en")

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the list, or the buttons."""
        options = [{"value": one, "label": label(lang)} for one, label in self.options]
        return {
            "kind": "choice" if self.few else "select", "name": name, "label": self.label(lang), "value": value, "options": options,
            "hint": self.hint(lang) if self.hint else None,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Text:
    """A line of text. need: returns the value, or raises what is wrong with it."""

    label: Words
    need: Callable[[str], str] = str
    hint: Words | None = None
    placeholder: str = ""

    def read(self, typed: str, lang: Lang) -> str:
        """Return the text."""
        return self.need(typed.strip())

    def check(self, value: Any) -> str:
        """Return the text."""
        return self.need(str(value))

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the field."""
        return {
            "kind": "text", "name": name, "label": self.label(lang), "text": str(value),
            "hint": self.hint(lang) if self.hint else None, "placeholder": self.placeholder,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day, held as YYYY-MM-DD. empty: it may be left blank, ""."""

    label: Words
    hint: Words | None = None
    empty: bool = False

    def read(self, typed: str, lang: Lang) -> str:
        """Return the day."""
        if self.empty and not typed.strip():
            return ""
        return parse_iso(typed.strip(), self.label(lang)).isoformat()

    def check(self, value: Any) -> str:
        """Return the day."""
        return value.isoformat() if isinstance(value, date) else self.read(str(value), "en")

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the field."""
        return {
            "kind": "date", "name": name, "label": self.label(lang), "text": str(value), "hint": self.hint(lang) if self.hint else None,
        }  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Flag:
    """Yes or no."""

    label: Words

    def read(self, typed: str, lang: Lang) -> bool:
        """Return whether it is set."""
        return typed == "true"

    def check(self, value: Any) -> bool:
        """Return whether it is set."""
        return bool(value)

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the box to tick."""
        return {"kind": "check", "name": name, "label": self.label(lang), "value": bool(value)}


@dataclass(frozen=True, kw_only=True)
class Files:
    """Files a person chooses; they come to `Model.upload`, a state holds none of them. accept: endings; largest: bytes."""

    label: Words
    accept: str = ""
    largest: int | None = None
    hint: Words | None = None

    def read(self, typed: str, lang: Lang) -> None:
        """Return nothing: a file can't be typed."""

    def check(self, value: Any) -> None:
        """Return nothing: a file comes in pieces."""

    def control(self, name: str, value: Any, lang: Lang) -> Block:
        """Return the control."""
        return {
            "kind": "file", "name": name, "label": self.label(lang), "accept": self.accept, "multiple": True, "largest": self.largest,
            "hint": self.hint(lang) if self.hint else None,
        }  # fmt: skip


_LANGS: tuple[Lang, Lang] = ("en", "zh")
_PLAIN = "元万亿千¥￥"


def _told(key: str, *, what: Words, **values: str) -> CreditError:
    return UsageError(*(say(f"panel.error.{key}", lang, what=what(lang), **values) for lang in _LANGS))
