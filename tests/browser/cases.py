"""What is done to each panel, and what its charts must then say, worked out by the library in another process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from creditlib.errors import Lang
from creditlib.faces.panels.blocks import Block
from creditlib.faces.panels.closing import ClosingModel
from creditlib.faces.panels.closing_figures import scale
from creditlib.faces.panels.customer import CustomerModel
from creditlib.faces.panels.given import assessed
from creditlib.faces.panels.model import Model
from creditlib.faces.panels.parameters import drafted
from creditlib.faces.panels.policy import PolicyModel
from creditlib.faces.panels.portfolio import PortfolioModel
from creditlib.faces.panels.terms import TermsModel
from creditlib.facts.outside import read_control
from creditlib.facts.reading import read
from creditlib.facts.sample.files import write_sample
from creditlib.facts.sample.generate import SAMPLE_END
from creditlib.flows.assess import Assessment
from creditlib.flows.close import close
from creditlib.flows.policy_bench import PolicyBench
from creditlib.flows.portfolio import Portfolio
from creditlib.flows.scenario import CustomerCase
from creditlib.flows.terms_bench import TERMS, VALUES, TermsBench
from creditlib.policy import GRADES, load_policy
from creditlib.policy.draft import draft


@dataclass(frozen=True)
class Case:
    """One panel. keys: (field, key, times) of three controls. policy: field of a policy value among them. wrong: (field, text) that must
    be refused. chart, data: whose values must change. own: (state → the same values, asked of a flow, field by field); download: button. begin: button that gives the
    panel something to show."""

    name: str
    model: Callable[[Lang], Model]
    keys: tuple[tuple[str, str, int], ...]
    policy: str
    wrong: tuple[str, str]
    chart: str
    data: str
    field: str
    own: Callable[[dict[str, Any]], list[float]]
    download: str
    begin: str = ""


@cache
def whole() -> Assessment:
    """The bundled sample, assessed here."""
    return assessed()


def blocks_of(view: Block) -> dict[str, Block]:
    """Every block of a view by kind and id."""
    found: dict[str, Block] = {}

    def walk(blocks: list[Block]) -> None:
        for one in blocks:
            found[f"{one['kind']}:{one['id']}"] = one
            walk(one.get("blocks", []))

    walk(view["blocks"])
    return found


def _customer(lang: Lang) -> Model:
    return CustomerModel(whole(), None, lang)


def _limits(state: dict[str, Any]) -> list[float]:
    model = CustomerModel(whole(), None, state["lang"])
    case = CustomerCase(whole(), model.start()["customer"])
    told = {n: drafted(n, v) if "." in n else v for n, v in state.items() if n not in ("lang", "customer", "over")}
    made = case.scenario(told)
    sides = (made.base, made.scenario)
    return [model.scale().value(side.limit.limit_minor) for side in sides if side.limit.limit_minor is not None]


def _portfolio(lang: Lang) -> Model:
    return PortfolioModel(whole(), lang)


def _aging(state: dict[str, Any]) -> list[float]:
    part = Portfolio(whole()).slice(entity=state["entity"].removeprefix("="))
    scale = PortfolioModel(whole(), state["lang"]).scale()
    return [max(scale.value(part.aging[key]), 0.0) for key in (*part.buckets, "unapplied")]


def _terms(lang: Lang) -> Model:
    return TermsModel(whole(), lang=lang)


def _worth(state: dict[str, Any]) -> list[float]:
    bench = TermsBench(whole())
    proposed = {name: value for name, value in state.items() if name in TERMS}
    rules = {name: drafted(name, value) for name, value in state.items() if name in VALUES}
    step = bench.terms(bench.case(currency=whole().ground.currency), proposed, rules)
    return [0.0, TermsModel(whole(), lang=state["lang"]).scale().value(step.effect.worth.npv_minor)]


def _policy(lang: Lang) -> Model:
    return PolicyModel(whole(), lang)


def _moves(state: dict[str, Any]) -> list[float]:
    rules = {name: drafted(name, value) for name, value in state.items() if name.startswith("score.")}
    made = PolicyBench(whole()).effect(draft(whole().policy, rules, whole().as_of, "tried"))
    grades = (*GRADES, "–")
    return [float(made.grades.get((old, new), 0)) for old in grades for new in grades]


def _closing(lang: Lang) -> Model:
    return ClosingModel((), None, lang=lang)


def _closed(state: dict[str, Any]) -> list[float]:
    with tempfile.TemporaryDirectory() as name:
        files = {path.stem: str(path) for path in write_sample(Path(name), lang=state["lang"])}
        rules = {n.removeprefix("policy:"): v for n, v in state.items() if n.startswith("policy:")}
        policy = draft(load_policy(), rules, SAMPLE_END, "tried")
        reading = read(*(files[n] for n in ("documents", "allocations", "customers", "sales")), home="CNY")
        made = close(reading, policy, SAMPLE_END, control=read_control(Path(files["control"])))
    sums = made.aging_total(made.currency)
    unit = scale(made, state["lang"])
    return [max(unit.value(sums[key]), 0.0) for key in (*made.buckets, *(["unapplied"] if sums["unapplied"] else []))]


CASES = {
    case.name: case
    for case in (
        Case(
            "customer", _customer, (("on_time_share", "ArrowRight", 3), ("term_days", "ArrowLeft", 2), ("limit.grace_days", "ArrowRight", 2)),
            "limit.grace_days", ("term_days", "soon"), "curve", "spots", "y", _limits, "file",
        ),
        Case(
            "terms", _terms, (("net_days", "ArrowRight", 3), ("deposit_share", "ArrowRight", 2), ("terms.capital_rate", "ArrowRight", 2)),
            "terms.capital_rate", ("deposit_share", "140"), "frontier", "spots", "y", _worth, "draft",
        ),
        Case(
            "portfolio", _portfolio, (("entity", "ArrowDown", 1), ("by", "ArrowRight", 2), ("release.overdue_days", "ArrowRight", 3)),
            "release.overdue_days", ("least", "plenty"), "aging", "bars", "value", _aging, "workbook",
        ),
        Case(
            "policy", _policy, (("score.grades.B", "ArrowRight", 9), ("score.min_evidence", "PageUp", 3), ("score.grades.A", "ArrowLeft", 9)),
            "score.grades.B", ("score.grades.C", "plenty"), "moves", "moves", "count", _moves, "draft",
        ),
        Case(
            "close", _closing, (("policy:dso.method", "ArrowDown", 1), ("policy:dso.benchmark", "ArrowRight", 3), ("policy:aging.netting", "ArrowDown", 1)),
            "policy:aging.netting", ("control", "lots"), "aging", "bars", "value", _closed, "workbook", begin="sample",
        ),
    )
}  # fmt: skip
