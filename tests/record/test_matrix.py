"""Who decides: amount × grade × exception, by the standard policy and by a firm's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from creditlib.policy import load_policy, standard_text
from creditlib.record.matrix import needs

VALUES = load_policy().at(date(2026, 11, 21))


@pytest.mark.parametrize(
    ("own_risk", "grade", "exceptions", "role", "quorum"),
    [
        (500_000_00, "A", (), "manager", 1),  # 500,000.00 is not above 500,000
        (500_000_01, "A", (), "committee", 2),  # one cent above
        (100_000_00, "D", (), "manager", 1), (100_000_01, "D", (), "committee", 2),
        (0, "E", (), "manager", 1), (1, "E", (), "committee", 2),
        (2_000_000_00, "A", (), "committee", 3), (1_999_999_99, "A", (), "committee", 2),
        (200_000_00, "A", ("over_cap",), "manager", 2),  # 1 + 1 for the exception
        (200_000_01, "A", ("over_cap",), "committee", 3),  # 2 + 1
        (50_000_00, "C", ("stale_file",), "manager", 2), (50_000_01, "C", ("stale_file",), "committee", 3),
        (1, "D", ("hard_stop",), "committee", 3),
        (0, None, (), "manager", 1), (1, None, (), "committee", 2),  # no grade counts as the worst
        (None, "A", (), "committee", 3),  # unknown is never small
    ],
)  # fmt: skip
def test_the_standard_matrix(
    own_risk: int | None, grade: str | None, exceptions: tuple[str, ...], role: str, quorum: int
) -> None:
    found = needs(VALUES, own_risk, grade, exceptions)
    assert (found.role, found.quorum) == (role, quorum)


def test_amounts_are_in_the_home_currency_of_the_policy(tmp_path: Path) -> None:
    path = tmp_path / "yen.toml"
    path.write_text(standard_text().replace('value = "CNY"', 'value = "JPY"'), encoding="utf-8")
    values = load_policy(path).at(date(2026, 11, 21))
    assert needs(values, 500_000, "A", ()).role == "manager"  # yen have no minor unit
    assert needs(values, 500_001, "A", ()).role == "committee"
