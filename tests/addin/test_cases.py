"""Every case of the table through Python itself."""

from __future__ import annotations

import pytest
import table
from creditlib_addin import call
from creditlib_addin.desk import Desk
from creditlib_addin.settings import Settings


@pytest.fixture(scope="module")
def desk(sample_settings: Settings) -> Desk:
    return Desk(sample_settings)


@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.id)
def test_case_gives_its_one_expected_value(case: table.Case, desk: Desk) -> None:
    given = [None if isinstance(a, table.Missing) else a for a in case.arguments]
    found = call(case.function, *given, desk=desk)
    assert table.alike(found, case.expect), found
    if case.why:
        assert case.why in call("CREDITWHY", case.function, *given, desk=desk)
