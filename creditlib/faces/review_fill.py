"""What the customer file and the committee memo share while they are filled: the review, its words, blocks for charts.

What must stay true: what is not known is said in words, never 0 or blank; a chart without anything to show is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import inf
from typing import Any, ClassVar

from creditlib.decisions.decision import Reason
from creditlib.decisions.limit.reasons import LABELS
from creditlib.errors import Lang
from creditlib.faces import workbook_cells as cells
from creditlib.faces.wording import say
from creditlib.faces.workbook_cells import Said
from creditlib.faces.workbook_findings import heighten, lines_needed, short
from creditlib.faces.workbook_form import Form
from creditlib.faces.workbook_template import Template
from creditlib.flows.review import values_used
from creditlib.flows.reviewing import Review

AMOUNT = "#,##0.00"
SCALED = "#,##0.0"
MARKS = {"stop": "▲ ", "missing": "○ "}


@dataclass
class ReviewFill(Form):
    """One review going into one template."""

    face: ClassVar[str] = "review_workbook"
    review: Review
    book: Template
    lang: Lang

    @property
    def currency(self) -> str:
        """The review's currency."""
        return self.review.currency

    @cached_property
    def used(self) -> dict[str, tuple[Any, str]]:
        """Every policy value the review was made by, with its reference."""
        found = values_used(self.review)
        if self.review.effect is not None:
            found |= self.review.effect.decision.used
        return dict(sorted(found.items()))

    def value(self, name: str) -> Any:
        """Return a policy value, None where no decision read it."""
        return self.used.get(name, (None, ""))[0]

    @property
    def unknown(self) -> str:
        """Return the words for what is not known."""
        return self.say("word.unknown")

    @property
    def name(self) -> str:
        """Return the customer's name, its code where none is known."""
        return self.review.name or self.review.customer

    @property
    def as_of(self) -> str:
        """Return "as of 2025-03-31"."""
        return self.say("word.as_of", day=self.review.as_of.isoformat())

    @property
    def policy(self) -> str:
        """Return the policy with its fingerprint."""
        return f"{self.review.policy_name}@{self.review.policy_fingerprint}"

    @property
    def footer(self) -> dict[str, str]:
        """Return what stands in the footer of every page."""
        entity = short(f"{self.review.customer} {self.name}", 34)
        return {"entity": entity, "as_of": self.as_of, "policy": short(self.policy, 40)}

    def amounts(self, key: str = "word.amount") -> str:
        """Return the heading of an amount column."""
        return self.say(key, currency=self.money_name())

    @property
    def code(self) -> str:
        """Return the number format of an amount inside a sentence."""
        return "#,##0" + ("." + "0" * self.digits() if self.digits() else "")

    def exact(self, minor: int) -> float:
        """Return an amount in units, for a sentence."""
        return float(cells.exact(minor, self.currency))

    def put_known(self, name: str, minor: int | None, copy: int = 0, *, native: str = "", down: int = 0, right: int = 0, like: str = "") -> None:  # fmt: skip
        """Fill an amount, or say that it is not known."""
        if minor is None:
            self.book.put(name, cells.text(self.unknown), copy, down=down, right=right, like=like)
            return
        self.put_amount(name, minor, self.currency, copy, native=native, down=down, right=right, like=like)

    def put_figure(self, name: str, value: float | None, copy: int = 0, *, native: str = "", down: int = 0, right: int = 0) -> None:  # fmt: skip
        """Fill a figure, a formula where one is given, or say that it is not known."""
        if value is None:
            content = cells.text(self.unknown)
        else:
            content = cells.formula(native, repr(value)) if native else cells.number(repr(value))
        self.book.put(name, content, copy, down=down, right=right)

    def put_long(self, name: str, value: str | None, copy: int = 0, *, down: int = 0) -> None:
        """Fill a wrapped text, its row as high as it needs."""
        self.put_text(name, value, copy, down=down)
        heighten(self, name, value, copy, down=down)

    def put_sentence(self, name: str, said: Said) -> None:
        """Fill the sentence of a banner; its type is larger in the first row."""
        self.put_said(name, said)
        large = name.endswith("verdict") and self.book.has(name.replace("verdict", "summary"))
        lines = lines_needed(said.value, self.book.width(name) / (1.42 if large else 1.05))
        if lines > 1:
            self.book.on(name).heights[self.book.at(name)[1]] = 8 + (19 if large else 13) * lines

    def effect_word(self, reason: Reason) -> str:
        """Return what a reason does, in a word, with ▲ where it stops and ○ where something is not known."""
        word = "refer" if reason.code == "score.too-little" else reason.effect
        return MARKS.get(reason.effect, "") + self.say(f"effect.{word}")

    def parameters(self, reason: Reason) -> str:
        """Return the policy parameters behind a reason."""
        return ", ".join(reason.policy)

    def method(self, name: str) -> str:
        """Return a method's name."""
        words = LABELS[name][self.lang == "zh"]
        return words[:1].upper() + words[1:]

    @property
    def stops(self) -> list[str]:
        """Return every hard stop as a sentence, of the score and of the onboarding check."""
        found = [r for r in self.review.onboarding.reasons if r.effect == "stop"]
        found = found or [r for r in self.review.score.reasons if r.effect == "stop" and r.code == "score.stop"]
        return [r.text(self.lang) for r in found]

    @property
    def terms(self) -> str:
        """Return the terms offered, in words."""
        offer = self.review.terms.offer
        if offer.outcome != "offered":
            return self.say(f"terms.{offer.outcome}")
        return self.join_list(
            self.say("terms.net", days=offer.net_days),
            self.say("terms.deposit", share=f"{100 * float(offer.deposit_share or 0):g}") if offer.deposit_share else "",
            self.say("terms.instalments", count=offer.instalments) if (offer.instalments or 1) > 1 else "",
            self.say("terms.discount", share=f"{100 * float(offer.discount_share or 0):g}", days=offer.discount_days)
            if offer.discount_share
            else "",
        )  # fmt: skip

    def join_list(self, *texts: str) -> str:
        """Return texts as one list."""
        return ("，" if self.lang == "zh" else ", ").join(text for text in texts if text)

    @cached_property
    def scale(self) -> tuple[int, str]:
        """Divisor of the charts' amounts, and its name."""
        made = self.review
        largest = [made.exposure["total_minor"], *made.aging.values(), *(row["open_minor"] for row in made.record)]
        largest += [v for v in made.limit.methods.values() if v is not None]
        return self.scale_for(max(map(abs, largest), default=0))

    def scaled(self, minor: int) -> float:
        """Return an amount in the charts' unit."""
        return float(minor / 10 ** self.digits() / self.scale[0])

    def over(self, native: str) -> str:
        """Return a formula that brings an amount to the charts' unit."""
        return f"{native}/{self.book.ref('data_divisor', fixed=True)}"

    def put_scale(self) -> None:
        """Write the unit of the charts."""
        self.book.put("data_divisor", cells.number(self.scale[0]))
        self.put_text("data_unit", self.scale[1])

    def put_bars(self, prefix: str, rows: Sequence[tuple[str, dict[str, tuple[str, float]]]]) -> bool:
        """Write what a bar chart reads: label and block → (formula, value); leave the chart out where nothing is above 0."""
        block = f"data_{prefix}_label"
        shown = rows[: self.book.place(block).height]
        for down, (label, values) in enumerate(shown):
            self.put_text(block, label, down=down)
            for name, (native, value) in values.items():
                content = cells.formula(native, repr(value)) if native else cells.number(repr(value))
                self.book.put(f"data_{prefix}_{name}", content, down=down)
        for down in range(len(shown), self.book.place(block).height):
            self.hide_row(block, down=down)
        if any(value > 0 for _, values in shown for _, value in values.values()):
            return True
        self.book.drop_charts(block)
        return False

    def put_months(
        self, prefix: str, points: Sequence[tuple[date, str, float | None]], threshold: float | None, label: str,
        beside: Sequence[tuple[str, float]] = (),
    ) -> bool:  # fmt: skip
        """Write what a line over months reads: day, formula, value; leave the chart out for fewer than two known months."""
        block, book = f"data_{prefix}_on", self.book
        room = book.place(block).height
        points, beside = points[-room:], beside[-room:]
        known = [place for place, (_, _, value) in enumerate(points) if value is not None]
        if len(known) < 2:
            book.drop_charts(block)
            return False
        for down in range(room - len(points)):
            self.hide_row(block, down=down)
        for place, (day, native, value) in enumerate(points):
            down = room - len(points) + place
            book.put(block, cells.day(day), down=down)
            if threshold is not None:
                book.put(f"data_{prefix}_threshold", cells.number(repr(threshold)), down=down)
            self._point(f"data_{prefix}_value", native, value, down)
            if place == known[-1]:
                self._point(f"data_{prefix}_last", native, value, down)
            if beside:
                self._point(f"data_{prefix}_open", *beside[place], down)
                if place == len(points) - 1:
                    self._point(f"data_{prefix}_open_last", *beside[place], down)
        if threshold is not None:
            lines: list[list[float | None]] = [[v for _, _, v in points], [v for _, v in beside]]
            place = room - len(points) + _clearest(threshold, [line for line in lines if line])
            book.put(f"data_{prefix}_threshold_at", cells.number(repr(threshold)), down=place)
            self.put_text(f"data_{prefix}_threshold_name", label)
        return True

    def _point(self, name: str, native: str, value: float | None, down: int) -> None:
        if value is not None:
            self.book.put(name, cells.formula(native, repr(value)) if native else cells.number(repr(value)), down=down)


def _clearest(threshold: float, lines: Sequence[Sequence[float | None]]) -> int:
    """Return the month at which a threshold's name, which stands above it, is farthest from every line; the ends are left free.

    >>> _clearest(30, [[0, 35, 29, 40, 117]])
    2
    """
    months = len(lines[0])

    def room(place: int) -> float:
        above = (v - threshold for line in lines if (v := line[place]) is not None and v >= threshold)
        return min(above, default=inf)

    return max(range(1, months - 1) or range(months), key=room)


def common_word(key: str, lang: Lang) -> str:
    """Return a word that all faces share."""
    return say(f"common.{key}", lang)
