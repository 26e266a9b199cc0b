"""What a range means: a customer, a column of them, names and values, or a table."""

from __future__ import annotations

from typing import Any

import pytest
from creditlib_addin.sources import Code, Inputs, Many, inputs_of, names_of, read_source, vocabularies
from creditlib_addin.values import CellError

from creditlib.errors import UsageError


def read(value: Any) -> Any:
    return read_source(value, "customer", "factors")


def test_one_cell_is_a_customer_and_so_is_a_range_of_one() -> None:
    assert read("C-1") == read([["C-1"]]) == Code("C-1")
    assert read(None) == Code("")
    assert read([[CellError("#N/A")]]) == CellError("#N/A")


def test_a_column_keeps_its_shape_and_so_does_a_row() -> None:
    down, across = read([["A"], ["B"]]), read([["A", "B"]])
    assert down == Many((Code("A"), Code("B")), across=False)
    assert across == Many((Code("A"), Code("B")), across=True)
    assert (down.laid([1, 2]), across.laid([1, 2])) == ([[1], [2]], [[1, 2]])


def test_names_and_values_side_by_side_are_one_set_of_inputs_in_any_language_and_spelling() -> None:
    found = read([["Days beyond terms", 3], ["按期付款率", "90%"], [None, None], ["EQUITY_RATIO", None]])
    assert found == Inputs({"days_beyond_terms": 3, "on_time_share": 0.9, "equity_ratio": None})


def test_a_name_that_comes_several_times_holds_its_figures_in_order() -> None:
    found = read_source([["sales", 1], ["days", 30], ["sales", 2], ["days", 31]], "x", "dso")
    assert (found.many("sales"), found.many("days"), found.many("receivables")) == ([1, 2], [30, 31], [])


def test_a_first_row_of_names_is_a_table_and_a_broken_row_stands_for_its_error() -> None:
    found = read(
        [
            ["code", "on_time_share", "overdue_share"],
            ["A", 1.0, 0.0],
            ["B", CellError("#DIV/0!"), 0.0],
            ["C", None, "5%"],
        ]
    )
    assert found.sources == (
        Inputs({"on_time_share": 1.0, "overdue_share": 0.0}), CellError("#DIV/0!"), Inputs({"on_time_share": None, "overdue_share": 0.05})
    )  # fmt: skip


def test_two_names_in_the_first_row_are_a_table_of_two_columns() -> None:
    assert read([["on_time_share", "overdue_share"], [1.0, 0.0]]).sources == (
        Inputs({"on_time_share": 1.0, "overdue_share": 0.0}),
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([[1, 2], [3, 4]], "needs names"),
        ([["on_time_share", 1], ["shoe size", 43]], "shoe size"),
        ([["on_time_share", "shoe size"], [1, 2]], "shoe size"),
        ([["on_time_share", "按期付款率"], [1, 2]], "stands twice"),
        ([["on_time_share", "often"]], "is no number"),
        ([], "empty"),
    ],
)
def test_a_range_that_means_nothing_is_refused_with_what_to_write(given: Any, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read(given)


def test_a_table_of_figures_alone_is_kept_whole_and_means_the_same_row_by_row() -> None:
    found = read([["code", "on_time_share", "overdue_share"], ["A", 1.0, None], ["B", 0.5, 0.25]])
    assert found.figures.names == ("on_time_share", "overdue_share")
    assert found.figures.rows == [[1.0, None], [0.5, 0.25]]
    assert found.sources == (
        Inputs({"on_time_share": 1.0, "overdue_share": None}), Inputs({"on_time_share": 0.5, "overdue_share": 0.25})
    )  # fmt: skip


def test_inputs_are_wanted_where_a_code_would_make_no_sense() -> None:
    assert inputs_of([["net days", "deposit"], [60, 0]], "changes", "case").values == {
        "net_days": 60,
        "deposit_share": 0,
    }
    with pytest.raises(UsageError, match="side by side"):
        inputs_of("C-1", "changes", "case")


def test_no_two_inputs_of_a_function_share_a_name_in_any_language() -> None:
    for users, labels in vocabularies():
        seen: dict[str, str] = {}
        for name, said in labels:
            for label in (name, *said):
                assert seen.setdefault(label.casefold(), name) == name, (users, label)
    assert names_of("limit+factors")["年采购额"] == "yearly"
