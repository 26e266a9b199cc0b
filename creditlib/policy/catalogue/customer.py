"""Parameters of the credit file and of the onboarding check."""

from __future__ import annotations

from typing import Final

from creditlib.policy.parameter import Parameter

PARAMETERS: Final = (
    Parameter("file.statement_months", "scalar", "months", "integer", "Age of statements", "报表时效",
              "Statements older than this are stale: shown, flagged, and no longer scored.",
              "报表超过此期限即陈旧：仍显示并提示，不再计分。", ('review',), least=1, most=60),
    Parameter("file.registration_months", "scalar", "months", "integer", "Age of registration", "登记信息时效",
              "A registry extract older than this must be looked up again.",
              "登记信息超过此期限须重新查询。", ('review',), least=1, most=60),
    Parameter("file.reference_months", "scalar", "months", "integer", "Age of references", "资信调查时效",
              "Trade references older than this no longer count.",
              "商业资信调查超过此期限不再采用。", ('review',), least=1, most=60),
    Parameter("file.rating_months", "scalar", "months", "integer", "Age of outside ratings", "外部评级时效",
              "An outside rating older than this no longer counts.",
              "外部评级超过此期限不再采用。", ('review',), least=1, most=60),
    Parameter("file.assessment_months", "scalar", "months", "integer", "Age of visits", "走访评价时效",
              "A judgement from a visit older than this no longer counts.",
              "走访评价超过此期限不再采用。", ('review',), least=1, most=120),
    Parameter("file.purchases_months", "scalar", "months", "integer", "Age of purchase figures", "采购额时效",
              "A yearly purchase figure older than this no longer counts.",
              "年采购额超过此期限不再采用。", ('review',), least=1, most=60),
    Parameter("file.jump_times", "scalar", "times", "number", "Jump between years", "年度异常变动",
              "A statement line that grows or shrinks by more than this factor from year to year is flagged.",
              "报表项目较上年增减超过此倍数即提示。", ('review',), least=1, most=1_000),
    Parameter("onboarding.hard_stops", "list", "hard stops", "word", "Hard stops", "一票否决",
              "Facts of the register that end the check, whatever else is good.",
              "登记信息中一经查实即否决的事项，不论其他情况。", ('onboarding', 'score'), ("revoked", "deregistered", "insolvent", "liquidation", "abnormal_operation", "serious_dishonesty", "judgment_debtor")),
    Parameter("onboarding.young_years", "scalar", "years", "number", "Young firm", "成立时间短",
              "A firm younger than this loses points in the registration check.",
              "成立不足此年数的企业在登记核查中扣分。", ('onboarding',), least=0, most=50),
    Parameter("onboarding.pass_points", "scalar", "points of 100", "integer", "Onboarding: pass", "准入通过分",
              "Each of the three sub-scores must reach this to pass.",
              "三项分项得分均须达到此分方可通过。", ('onboarding',), least=0, most=100),
)  # fmt: skip
