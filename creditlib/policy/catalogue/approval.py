"""Parameters of approvals: who decides by amount, grade and exception, how many, how long, and why."""

from __future__ import annotations

from typing import Final

from creditlib.policy.parameter import Parameter

REASONS: Final = (
    "new_customer", "yearly_review", "more_business", "season", "single_order", "better_credit", "worse_credit", "late_payment",
    "alert", "cover_changed", "strategic", "file_incomplete", "correction", "other",
)  # fmt: skip
EXCEPTIONS: Final = (
    "above_proposal",
    "hard_stop",
    "no_score",
    "stale_file",
    "over_cap",
    "over_capacity",
    "longer_terms",
    "over_limit",
)

PARAMETERS: Final = (
    Parameter("approval.manager_caps", "grades", "home currency", "number", "Manager decides up to", "经理审批上限",
              "Own funds at risk up to this are for a manager, above it for the committee; none: no cap by grade. limit.committee_above holds for every grade.",
              "自担风险不超过此数由经理审批，超过则由委员会审批；none 为该等级不另设上限。各等级均适用 limit.committee_above。", ("approval",), least=0, optional=True),
    Parameter("approval.exception_caps", "grades", "home currency", "number", "With an exception up to", "例外时经理上限",
              "The same where the request is an exception to the policy; none: no cap of its own.",
              "申请属于政策例外时的经理审批上限；none 为不另设上限。", ("approval",), least=0, optional=True),
    Parameter("approval.manager_quorum", "scalar", "people", "integer", "Managers to agree", "经理同意人数",
              "So many managers must agree.",
              "须有此数量的经理同意。", ("approval",), least=1, most=9),
    Parameter("approval.committee_quorum", "lookup", "people", "integer", "Committee members to agree", "委员会同意人数",
              "So many members of the committee must agree, by own funds at risk in the home currency.",
              "须同意的委员会成员人数，按自担风险（本位币）分档。", ("approval",), least=1, most=99),
    Parameter("approval.exception_votes", "scalar", "people", "integer", "More for an exception", "例外加签人数",
              "So many more must agree where the request is an exception to the policy.",
              "申请属于政策例外时另须同意的人数。", ("approval",), least=0, most=9),
    Parameter("approval.expiry_days", "scalar", "days", "integer", "Request expires", "申请有效期",
              "A request that is not decided within so many days expires.",
              "申请未在此天数内决定即失效。", ("approval",), least=1, most=365),
    Parameter("approval.reasons", "list", "reasons", "word", "Reason codes", "理由代码",
              "Reasons a request or a decision may give.",
              "申请与审批可用的理由。", ("approval",), REASONS),
    Parameter("approval.exceptions", "list", "exceptions", "word", "Exceptions", "例外情形",
              "What makes a request an exception: it is then decided by the stricter rules, and an approval of it is recorded as an override.",
              "构成例外的情形：适用更严的审批规则，批准时记为突破政策。", ("approval",), EXCEPTIONS),
)  # fmt: skip
