"""A scorecard as people read it: one line in a table of values, a table of its own in the document a board signs.

What must stay true: every bin, weight, rule and source of the card stands in the document.
"""

from __future__ import annotations

from collections.abc import Sequence

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.policy.factors import FACTORS, PARTS
from creditlib.policy.scorecard import CardFactor


def summary(card: Sequence[CardFactor], lang: Lang) -> str:
    """Return how many factors a card has and the weight of each part.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> summary(load_policy().at(date(2026, 1, 1))["score.card"], "en")
    '17 factors: Finance 30%, Ability to repay 15%, Operation 12%, Payment record 33%, Market 10%'
    """
    told = []
    for part, words in PARTS.items():
        weight = sum(factor.weight for factor in card if FACTORS[factor.name].part == part)
        told.append(f"{words[lang == 'zh']} {weight:.0%}")
    joint = "、" if lang == "zh" else ", "
    return say("policy.show.card", lang, count=len(card), parts=joint.join(told))


def markdown(card: Sequence[CardFactor], lang: Lang) -> list[str]:
    """Return the card as a Markdown table."""
    heads = [
        say(f"policy.card.{head}", lang) for head in ("part", "factor", "how", "weight", "points", "missing", "source")
    ]
    lines = [_line(heads), _line(["---"] * len(heads))]
    for factor in card:
        about = FACTORS[factor.name]
        rule = say("policy.card.skip", lang) if factor.missing == "skip" else str(factor.missing)
        how = about.zh_how if lang == "zh" else about.en_how
        part = PARTS[about.part][lang == "zh"]
        lines.append(
            _line(
                [
                    part,
                    f"{about.label(lang)} `{factor.name}`",
                    how,
                    f"{factor.weight:.0%}",
                    bins_text(factor),
                    rule,
                    factor.source,
                ]
            )
        )
    return lines


def bins_text(factor: CardFactor) -> str:
    """Return the bins of a factor: points below the first threshold, then from each on.

    >>> from datetime import date
    >>> from creditlib.policy import load_policy
    >>> bins_text(load_policy().at(date(2026, 1, 1))["score.card"][4])
    '<0.7: 0, ≥0.7: 30, ≥1: 60, ≥1.3: 80, ≥2: 100'
    """
    first, *rest = factor.bins
    told = [f"≥{edge:f}: {points}" for edge, points in rest if edge is not None]
    return ", ".join([f"<{rest[0].threshold:f}: {first.points}", *told])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
