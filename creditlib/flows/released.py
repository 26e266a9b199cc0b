"""A release in the record: what was decided on an order by the figures, or by a person against them.

What must stay true: figures are those of the decision; a person who releases what the policy holds or refers says why, and the entry shows
by how much the limit is exceeded, so that audit finds it.
"""

from __future__ import annotations

from creditlib.decisions.release.decide import ReleaseDecision
from creditlib.errors import UsageError
from creditlib.flows.minutes import request_facts
from creditlib.policy import Policy
from creditlib.record.entry import Entry
from creditlib.record.store import Store


def record_release(
    store: Store, made: ReleaseDecision, policy: Policy, *, anyway: bool = False, reason: str | None = None, request: int | None = None
) -> Entry:  # fmt: skip
    """Write a decision on an order and return its entry. anyway: it is released though the policy holds or refers it. reason: a word of
    the policy's list, needed then. request: number of the request that was approved for it.

    Raises: UsageError: an order without number, no reason where one is needed, or one the policy does not list; RefusedError; StoreError.

    >>> import tempfile
    >>> from creditlib.decisions.release.decide import Order, release
    >>> from creditlib.facts.sample.generate import SAMPLE_END, sample_book
    >>> from creditlib.policy import load_policy
    >>> from creditlib.record.store import open_store
    >>> made = release(Order("C-7003", "CNY", 1_000_00, order="SO-1"), sample_book(), load_policy(), SAMPLE_END)
    >>> with tempfile.TemporaryDirectory() as folder, open_store(f"{folder}/record.db") as store:
    ...     record_release(store, made, load_policy()).body["outcome"] == made.outcome
    True
    """
    order = made.order
    number = order.order or order.delivery
    if number is None:
        raise UsageError(
            "A release is recorded by the number of the order: give --order or --delivery. [no-order]",
            "记录放行须有订单号：请给出 --order 或 --delivery。[no-order]",
        )
    known = policy.at(made.as_of)["approval.reasons"]
    if (anyway or reason is not None) and reason not in known:
        raise UsageError(
            f'"{reason or ""}" is no reason of the policy. Write --reason with one of {", ".join(known)}. [not-in-policy]',
            f"“{reason or ''}”不是政策所列理由。请用 --reason 给出其中之一：{'、'.join(known)}。[not-in-policy]",
        )
    if request is not None:
        _approved(store, request, made.customer)
    same = order.currency == made.currency
    body = {
        "customer": made.customer, "order": number, "on": made.as_of, "outcome": "release" if anyway else made.outcome,
        "amount_minor": order.amount_minor if same else made.order_minor, "currency": made.currency, "exposure_minor": made.exposure_minor,
        "limit_minor": made.limit_minor, "over_minor": made.over_minor, "reason": reason, "request": request,
    }  # fmt: skip
    return store.append("release", body)


def _approved(store: Store, request: int, customer: str) -> None:
    """See that a request somebody leans on was approved, for this customer. Raises: UsageError."""
    facts = request_facts(store, request)
    if facts.customer != customer or facts.outcome != "approved":
        told = facts.outcome or "open"
        zh = {"approved": "已批准", "rejected": "已拒绝", "withdrawn": "已撤回", "expired": "已过期", "open": "待审批"}[
            told
        ]
        raise UsageError(
            f"request {request} is for {facts.customer} and {told}: no approval of a release to {customer}. Leave --request out, or name one. [not-approved]",
            f"申请 {request} 的客户为 {facts.customer}，{zh}，不能作为向 {customer} 放行的批准。请不填 --request，或给出已批准的申请。[not-approved]",
        )
