"""Canonical JSON and the chain: one text for one content, and nothing in a chain can be moved unseen."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditlib.errors import UsageError
from creditlib.record.canonical import canonical, digest, parse
from creditlib.record.chain import Chain, Faults, Link
from creditlib.record.entry import ZERO, Entry, Head, read_line, seal

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
whole = st.integers(-(2**63) + 1, 2**63 - 1)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | whole | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(texts, values, max_size=5)


@given(values)
def test_canonical_json_reads_back_as_what_was_written(value: Any) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(parse(canonical(value))) == canonical(value)


@given(bodies)
def test_a_sound_body_is_written_like_any_other(body: dict[str, Any]) -> None:
    assert canonical(body, sound=True) == canonical(body)


@given(st.text(st.characters(), max_size=6))
def test_a_sound_body_is_refused_for_its_texts_alone(text: str) -> None:
    """Half a character and NUL, wherever they stand; the six signs of an escape are a text like any other."""
    for body in ({"text": text}, {text: 1}, {"text": [text + "\\u0000"]}):
        try:
            plain = canonical(body)
        except UsageError:
            with pytest.raises(UsageError, match="not-recordable"):
                canonical(body, sound=True)
        else:
            assert canonical(body, sound=True) == plain


@given(bodies, st.randoms())
def test_the_order_in_which_keys_were_put_does_not_matter(body: dict[str, Any], dice: Any) -> None:
    keys = list(body)
    dice.shuffle(keys)
    assert canonical({key: body[key] for key in keys}) == canonical(body)


@given(values, values)
def test_two_contents_never_share_a_text(one: Any, two: Any) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(two, sort_keys=True)
    assert (canonical(one) == canonical(two)) is same


@given(values)
def test_a_text_in_another_form_is_not_taken(value: Any) -> None:
    other = json.dumps(value, indent=1, ensure_ascii=False)
    if other != canonical(value):
        with pytest.raises(ValueError, match="not canonical"):
            parse(other)


@pytest.mark.parametrize(
    "text", ['{"b":1,"a":2}', '{"a":1,"a":1}', "1.0", "1e3", "NaN", "[Infinity]", '"\\u0061"', "[1, 2]", "-0", ""]
)
def test_json_that_is_not_canonical_is_not_taken(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any: it is not read
        parse(text)


@pytest.mark.parametrize(
    "value", [0.5, float("nan"), {1: 2}, 2**63, -(2**63), {"a": {"b": [1.0]}}, b"x", {"a\0": 1}, "\ud800", object()]
)
def test_what_two_programs_could_write_differently_is_refused(value: Any) -> None:
    with pytest.raises(UsageError, match="not-recordable"):
        canonical(value)


def test_depth_is_bounded() -> None:
    deep: Any = 1
    for _ in range(17):
        deep = [deep]
    with pytest.raises(UsageError, match="nested too deeply"):
        canonical(deep)
    with pytest.raises(ValueError):  # noqa: PT011 - any: it is not read
        parse("[" * 100_000)


def test_an_entry_hashes_its_own_line() -> None:
    body = {"customer": "C-014", "amount_minor": 18_000_000, "text": "走访"}
    made = seal(7, "a" * 64, "note", "2026-11-21T08:00:00.000000Z", "li", body)
    by_hand = (
        '{"actor":"li","at":"2026-11-21T08:00:00.000000Z","body":{"amount_minor":18000000,"customer":"C-014","text":"走访"},'
        f'"kind":"note","prev":"{"a" * 64}","seq":7,"v":1}}'
    )
    assert made.line == by_hand
    assert made.hash == digest(by_hand) == hashlib.sha256(by_hand.encode("utf-8")).hexdigest()
    assert read_line(by_hand) == made


@pytest.mark.parametrize("line", ["[]", "{}", "1", '{"actor":1}', "", "\ud800"])
def test_a_line_that_is_no_entry_is_not_read(line: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any: it is not read
        read_line(line)


def chained(bodies: list[dict[str, Any]]) -> list[Entry]:
    made: list[Entry] = []
    for body in bodies:
        prev = made[-1].hash if made else ZERO
        made.append(seal(len(made) + 1, prev, "note", "2026-11-21T08:00:00.000000Z", "li", body))
    return made


def walked(entries: list[Entry], head: Head | None = None) -> Faults:
    faults = Faults()
    list(Chain(faults, head).walk(Link(i + 1, e.line, e.hash, e.prev, e.kind) for i, e in enumerate(entries)))
    return faults


lists = st.lists(bodies, min_size=3, max_size=8)


@given(lists)
def test_a_chain_as_it_was_written_has_no_fault(given_bodies: list[dict[str, Any]]) -> None:
    entries = chained(given_bodies)
    for known in entries:  # a head of any earlier day is met
        assert walked(entries, Head(known.seq, known.hash)) == []


@given(lists, st.permutations(range(8)))
def test_any_other_order_is_told(given_bodies: list[dict[str, Any]], order: list[int]) -> None:
    entries = chained(given_bodies)
    other = [entries[i] for i in order if i < len(entries)]
    assert bool(walked(other)) is (other != entries)


@given(lists, st.data())
def test_any_subset_is_told_when_the_head_is_known(given_bodies: list[dict[str, Any]], data: Any) -> None:
    entries = chained(given_bodies)
    keep = data.draw(st.sets(st.sampled_from(range(len(entries)))))
    other = [entry for i, entry in enumerate(entries) if i in keep]
    assert bool(walked(other, Head(len(entries), entries[-1].hash))) is (other != entries)


@given(lists, st.data())
@settings(max_examples=60)
def test_a_body_changed_anywhere_and_sealed_anew_is_told(given_bodies: list[dict[str, Any]], data: Any) -> None:
    entries = chained(given_bodies)
    at = data.draw(st.sampled_from(range(len(entries))))
    old = entries[at]
    entries[at] = seal(old.seq, old.prev, old.kind, old.at, old.actor, {**old.body, "changed": True})
    faults = walked(entries, Head(len(entries), chained(given_bodies)[-1].hash))
    assert {fault.seq for fault in faults} == {at + 1}
    assert [fault.what for fault in faults] == ["changed" if at + 1 < len(entries) else "rewritten"]
