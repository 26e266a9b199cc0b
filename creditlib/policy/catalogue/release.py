"""Parameters of the release of orders and shipments."""

from __future__ import annotations

from typing import Final

from creditlib.policy.parameter import Parameter

PARAMETERS: Final = (
    Parameter("release.tolerance", "scalar", "share", "number", "Tolerance", "超限容差",
              "An order may pass while exposure stays within the limit plus this share.",
              "敞口在额度加此比例以内可放行。", ('release',), least=0, most=1),
    Parameter("release.overdue_days", "scalar", "days", "integer", "Overdue block", "逾期冻结天数",
              "Items past due by more than this hold an order.",
              "逾期超过此天数的项目会冻结订单。", ('release',), least=0, most=365),
    Parameter("release.overdue_minimum", "scalar", "home currency", "number", "Small overdue", "小额逾期",
              "Overdue up to this amount in all holds nothing.",
              "逾期合计不超过此金额不冻结。", ('release',), least=0),
    Parameter("release.no_limit", "text", "word", "word", "No limit set", "未设额度",
              "What happens to an order of a customer without a limit.",
              "客户未设额度时订单的处理。", ('release',), ("release", "hold", "refer")),
    Parameter("release.over_limit", "text", "word", "word", "Over the limit", "超过额度",
              "What happens to an order beyond limit and tolerance.",
              "超出额度与容差的订单如何处理。", ('release',), ("hold", "refer")),
)  # fmt: skip
