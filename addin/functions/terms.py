"""Terms offered, due dates, what a discount costs, what changed terms are worth, and interest on late payment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

from creditlib.errors import Lang
from creditlib.faces.wording import say
from creditlib.formulas import late_interest
from creditlib.money import exponent

from ..answers import ALL, major
from ..desk import Desk
from ..sources import Code, Inputs, Source
from ..udf import Anything, Day, Kind, Language, MaybeNumber, Number, Words, because, cell
from ..values import not_known, number, wrong
from .limit import Customer
from .score import day_of, told

if TYPE_CHECKING:
    from creditlib.decisions.what_if.case import TermsCase
    from creditlib.decisions.what_if.compare import TermsEffect
    from creditlib.terms import DueDate

Base = Annotated[Source, Kind("source", "case")]
Changes = Annotated[Inputs, Kind("inputs", "case")]
Figure = Annotated[Any, Kind("choice", "terms_figure")]
Cost = Annotated[Any, Kind("choice", "cost_method")]


@cell("text", "terms", each=True)
def CREDITTERMS(desk: Desk, customer: Customer, as_of: Day = None, language: Language = None) -> Any:
    """Return the terms a customer, or a grade, is offered."""
    if not isinstance(customer, Code):
        wrong("need_code", argument="customer")
    return _offered(desk, customer, as_of).text(language or desk.lang) or None


def _offered(desk: Desk, customer: Code, as_of: Any) -> Any:
    from creditlib.decisions.offer import offer_terms

    grade = grade_of(desk, customer, as_of)
    if grade is not None:
        return offer_terms("", grade, "scored", desk.policy, day_of(desk, as_of))
    return desk.answers(as_of).review(customer.text).terms


def grade_of(desk: Desk, source: Code, as_of: Any) -> str | None:
    """Return the grade a code means, None where it means a customer: one the book knows always does."""
    from creditlib.policy import GRADES

    grade = source.text.upper()
    if grade not in GRADES or (desk.settings.book is not None and desk.answers(as_of).has(source.text)):
        return None
    return grade


@cell("day", "terms")
def CREDITDUEDATE(
    desk: Desk, terms: Words, invoice_on: Day, shipped_on: Day = None, accepted_on: Day = None, received_on: Day = None
) -> Any:
    """Return the due date by a term; of instalments the last."""
    return max(line.on for line in _due(terms, invoice_on, shipped_on, accepted_on, received_on))


def _due(terms: str, invoice_on: date, shipped_on: Any, accepted_on: Any, received_on: Any) -> tuple[DueDate, ...]:
    """Return the due date of each instalment. Raises: NotKnown where the day a term runs from is not given."""
    from creditlib.facts.due import look_up
    from creditlib.terms import due_dates, parse_terms

    term = look_up(terms, {}) or parse_terms(terms)
    events = {"invoice": invoice_on, "shipment": shipped_on, "acceptance": accepted_on, "invoice_receipt": received_on}
    found = due_dates(term, events)  # type: ignore[arg-type]
    lacking = next((line.event for line in found if line.provisional), None)
    if lacking is not None:
        raise not_known("no_event", terms=terms, argument=_EVENTS[lacking])
    return found


_EVENTS: Final = {
    "shipment": "shipped_on",
    "acceptance": "accepted_on",
    "invoice_receipt": "received_on",
    "invoice": "invoice_on",
}


@because("CREDITDUEDATE")
def _why_due(
    lang: Lang, desk: Desk, terms: str, invoice_on: date, shipped_on: Any = None, accepted_on: Any = None, received_on: Any = None
) -> str:  # fmt: skip
    lines = _due(terms, invoice_on, shipped_on, accepted_on, received_on)
    days = ", ".join(f"{line.on} ({_EVENTS[line.event]})" for line in lines)
    return say("cells.why.due", lang, terms=terms, days=days)


@cell("number", "terms")
def CREDITTERMCOST(
    desk: Desk, discount: Anything, discount_days: MaybeNumber = None, paid_day: MaybeNumber = None, method: Cost = "compound",
    year_days: Number = 365,
) -> Any:  # fmt: skip
    """Return what not taking an early discount costs a year, a share. discount: a share, or terms as text: "2/10 net 30"."""
    from creditlib.formulas import credit_cost_compound, credit_cost_simple

    share, within, paid = _discount(discount, discount_days, paid_day)
    cost = credit_cost_simple if method == "simple" else credit_cost_compound
    return cost(share, within, paid, year_days)


def _discount(discount: Any, discount_days: float | None, paid_day: float | None) -> tuple[float, float, float]:
    if isinstance(discount, str) and any(c.isalpha() or c == "/" for c in discount):
        from creditlib.terms import parse_terms

        terms = parse_terms(discount)
        if terms.discount is None:
            wrong("no_discount", terms=discount)
        net = terms.instalments[-1].delay.days
        return (
            float(terms.discount.share), discount_days if discount_days is not None else terms.discount.days,
            paid_day if paid_day is not None else net,
        )  # fmt: skip
    if discount_days is None or paid_day is None:
        wrong("discount_days")
    return number(discount, "discount"), discount_days, paid_day


@cell("number", "terms")
def CREDITTERMNPV(desk: Desk, base: Base, changes: Changes, figure: Figure = "npv", as_of: Day = None) -> Any:
    """Return what changed terms are worth, or another figure of the change."""
    effect = _effect(desk, base, changes, as_of)
    found = {
        "npv": effect.worth.npv_minor, "npv_for_good": effect.worth.npv_perpetual_minor, "investment": effect.worth.investment_minor,
        "profit": effect.change.profit_minor, "margin": effect.change.margin_minor, "expected_loss": effect.change.loss_minor,
        "capital_cost": effect.change.capital_cost_minor, "receivables": effect.change.receivables_minor,
        "break_even_sales": effect.break_even.sales_minor, "cash_peak": effect.cash.peak_minor,
    }  # fmt: skip
    if figure in found:
        minor = found[figure]
        return None if minor is None else major(minor, effect.currency)
    return effect.change.dso_days if figure == "dso_days" else effect.break_even.bad_debt_share


def _effect(desk: Desk, base: Source, changes: Inputs, as_of: Any) -> TermsEffect:
    from creditlib.decisions.what_if.compare import compare_terms

    case = case_of_source(desk, base, as_of)
    given = fields_of(changes, case.currency)
    if changes.values.get("currency") is not None:
        wrong("currency_stays", currency=case.currency)
    if not given:
        wrong("nothing_changes")
    return compare_terms(case, case.changed(**given), desk.policy, day_of(desk, as_of))


def case_of_source(desk: Desk, base: Source, as_of: Any) -> TermsCase:
    """Return the terms a customer, a grade or the book trades on, or those a range states."""
    from creditlib.decisions.what_if.case import TermsCase
    from creditlib.money import currency_code

    if isinstance(base, Code):
        if not base.text:
            raise not_known("no_customer")
        whole, grade = desk.answers(as_of).whole, grade_of(desk, base, as_of)
        if base.text.casefold() in ALL:
            return whole.terms_case()
        if grade:
            return whole.terms_case(grade=grade)
        desk.answers(as_of).known(base.text)
        return whole.terms_case(base.text)
    told_currency = base.values.get("currency") or desk.values(as_of)["home.currency"]
    currency = currency_code(str(told_currency)) or str(told_currency)
    given = fields_of(base, currency)
    lacking = [n for n in ("yearly_sales", "net_days") if (f"{n}_minor" if n == "yearly_sales" else n) not in given]
    if lacking:
        wrong("lacking", argument="base", names=", ".join(lacking))
    return TermsCase(currency=currency, **given)


def fields_of(inputs: Inputs, currency: str) -> dict[str, Any]:
    """Return named inputs as the fields of a case; a blank leaves its field open."""
    from creditlib.decisions.what_if.case import to_minor

    found: dict[str, Any] = {}
    for name, value in inputs.values.items():
        if name == "currency" or value is None:
            continue
        if name in ("yearly_sales", "fixed_cost"):
            found[f"{name}_minor"] = to_minor(value * 10 ** exponent(currency))
        else:
            found[name] = value
    return found


@cell("number", "terms")
def CREDITINTEREST(desk: Desk, amount: Number, due_on: Day, paid_on: Day, rate: Number, year_days: Number = 365) -> Any:
    """Return simple interest on an amount paid late, to the cent."""
    from creditlib.decisions.what_if.case import to_minor

    currency = desk.values()["home.currency"]
    interest = late_interest(amount, (paid_on - due_on).days, rate, year_days)
    return major(to_minor(interest * 10 ** exponent(currency)), currency)


@because("CREDITTERMS")
def _why_terms(lang: Lang, desk: Desk, customer: Any, as_of: Any = None, language: Any = None) -> str:
    return told(_offered(desk, customer, as_of), lang)


@because("CREDITTERMNPV")
def _why_npv(lang: Lang, desk: Desk, base: Source, changes: Inputs, figure: Any = None, as_of: Any = None) -> str:
    return told(_effect(desk, base, changes, as_of).decision, lang)


@because("CREDITINTEREST")
def _why_interest(
    lang: Lang, desk: Desk, amount: float, due_on: date, paid_on: date, rate: float, year_days: float = 365
) -> str:
    days = max((paid_on - due_on).days, 0)
    return say(
        "cells.why.interest",
        lang,
        amount=f"{amount:,.2f}",
        rate=f"{rate:.4%}",
        days=days,
        year=f"{year_days:g}",
        first=due_on,
    )


@because("CREDITTERMCOST")
def _why_cost(
    lang: Lang, desk: Desk, discount: Any, discount_days: Any = None, paid_day: Any = None, method: str = "compound", year_days: float = 365
) -> str:  # fmt: skip
    share, within, paid = _discount(discount, discount_days, paid_day)
    return say(
        "cells.why.cost",
        lang,
        share=f"{share:.4%}",
        days=f"{paid - within:g}",
        times=f"{year_days / (paid - within):.2f}",
        method=say(f"cells.choice.cost_method.{method}", lang),
    )
