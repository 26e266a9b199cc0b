"""Parameters of the terms offered and of the what-if."""

from __future__ import annotations

from typing import Final

from creditlib.policy.parameter import Parameter

PARAMETERS: Final = (
    Parameter("terms.days", "grades", "days", "integer", "Net days", "账期",
              "Days to pay, by grade.",
              "各等级的付款天数。", ('offer_terms',), least=0, most=365),
    Parameter("terms.deposit", "grades", "share", "number", "Deposit", "预付比例",
              "Share paid before delivery, by grade.",
              "各等级发货前预付的比例。", ('offer_terms',), least=0, most=1),
    Parameter("terms.discount", "grades", "share", "number", "Early discount", "现金折扣",
              "Share off for early payment, by grade.",
              "各等级提前付款的折扣。", ('offer_terms',), least=0, most=1),
    Parameter("terms.discount_days", "scalar", "days", "integer", "Discount days", "折扣期",
              "Days within which the early discount can be taken.",
              "可享受现金折扣的天数。", ('offer_terms',), least=1, most=90),
    Parameter("terms.instalments", "grades", "instalments", "integer", "Instalments", "分期",
              "Equal instalments the balance may be paid in, by grade.",
              "各等级余款可分的等额期数。", ('offer_terms',), least=1, most=36),
    Parameter("terms.capital_rate", "scalar", "share a year", "number", "Cost of capital", "资金成本",
              "Yearly cost of the money tied up in receivables.",
              "应收账款占用资金的年成本率。", ('compare_terms', 'review'), least=0, most=1),
    Parameter("terms.variable_cost_share", "scalar", "share", "number", "Variable cost", "变动成本率",
              "Variable cost as a share of sales, where the case gives none.",
              "变动成本占销售额的比例，方案未给出时采用。", ('compare_terms',), least=0, most=1),
    Parameter("terms.collection_share", "scalar", "share", "number", "Collection cost", "收账费用率",
              "Collection cost as a share of credit sales, where the case gives none.",
              "收账费用占赊销额的比例，方案未给出时采用。", ('compare_terms',), least=0, most=1),
    Parameter("terms.year_days", "scalar", "days", "integer", "Days of a year", "全年天数",
              "Days in a year for the cost of trade credit.",
              "商业信用成本所用的全年天数。", ('compare_terms',), least=360, most=366),
    Parameter("terms.horizon_years", "scalar", "years", "number", "Horizon", "测算年限",
              "Years a change of terms is taken to last for its net present value, where the case names none.",
              "计算净现值时信用条件变动所持续的年数，方案未给出时采用。", ('compare_terms',), least=1, most=50),
    Parameter("terms.sales_response", "scalar", "share", "number", "Response of sales", "销售反应",
              "Change of credit sales for every ten days more of credit, fewer days taking as much away; 0: none is assumed.",
              "账期每延长十天信用销售额的变动比例，缩短则相应减少；0 表示不作假设。", ('TermsBench',), least=0, most=1),
)  # fmt: skip
