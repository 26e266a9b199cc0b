"""Parameters of the score."""

from __future__ import annotations

from typing import Final

from creditlib.policy.parameter import GRADES, Parameter

PARAMETERS: Final = (
    Parameter("score.card", "scorecard", "factors", "number", "Scorecard", "评分卡",
              "Factors with weight, bins, points of 100 and a rule for what is missing.",
              "因子、权重、分档、百分制得分，以及缺失时的规则。", ('score',)),
    Parameter("score.basis", "text", "word", "word", "What the card rests on", "评分卡依据",
              "Expert: bins and weights are judgement, the default probabilities are not measured. Fitted: estimated from outcomes.",
              "专家：分档和权重为经验判断，违约概率未经实测；拟合：由实际结果估计。", ('score',), ("expert", "fitted")),
    Parameter("score.base_points", "scalar", "points", "integer", "Anchor points", "基准分",
              "Points at the anchor odds.",
              "基准好坏比对应的分数。", ('score',), least=0, most=10_000),
    Parameter("score.base_odds", "scalar", "odds", "number", "Anchor odds", "基准好坏比",
              "Good customers for each bad one at the anchor points.",
              "基准分对应的好坏客户之比。", ('score',), least=1, most=100_000),
    Parameter("score.double_odds", "scalar", "points", "integer", "Points that double the odds", "翻倍分",
              "So many points more double the odds.",
              "分数每增加此值，好坏比翻倍。", ('score',), least=1, most=1_000),
    Parameter("score.range", "list", "points", "integer", "Score range", "分数区间",
              "The score at 0 and at 100 points of the card.",
              "百分制 0 分和 100 分对应的分数。", ('score',), least=1, most=10_000, count=2),
    Parameter("score.grades", "grades", "points", "integer", "Grade boundaries", "等级分界",
              "The lowest score of each grade.",
              "各等级的最低分。", ('score',), least=0, most=10_000, falling=True),
    Parameter("score.min_evidence", "scalar", "share", "number", "Least evidence", "最低证据",
              "Share of the card's weight that must be known; below it the case is referred and no score is given.",
              "评分卡权重中须有依据的比例；低于此值转人工，不给分。", ('score',), least=0, most=1),
    Parameter("score.without_statements", "text", "grade", "word", "Best grade without statements", "无报表最高等级",
              "A customer without usable statements gets no better grade than this.",
              "没有可用报表的客户，等级不高于此。", ('score',), GRADES),
    Parameter("score.history_gap_days", "scalar", "days", "integer", "Gap in payment history", "付款记录间断",
              "Where settlements end more than this before the day asked, payment behaviour is taken up to their end.",
              "收款记录早于基准日超过此天数时，付款行为统计至记录末日。", ('score',), least=0, most=3_650),
    Parameter("score.rating_map", "map", "grade", "word", "Outside ratings", "外部评级对照",
              "The grade here that an outside grade stands for.",
              "外部评级对应的本库等级。", ('score',), GRADES),
    Parameter("score.conflict_grades", "scalar", "grades", "integer", "Conflict with an outside rating", "与外部评级冲突",
              "An outside rating this many grades away is told as a conflict.",
              "外部评级相差达到此级数即提示冲突。", ('score',), least=1, most=4),
    Parameter("score.loss_given_default", "scalar", "share", "number", "Loss given default", "违约损失率",
              "Share of unsecured trade debt that is lost when a customer fails.",
              "客户违约时无担保货款的损失比例。", ('terms', 'review'), least=0, most=1),
)  # fmt: skip
