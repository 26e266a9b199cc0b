"""Stores to test flows with: those of the record's own tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

_FOLDER = Path(__file__).resolve().parents[1] / "record"
sys.path.insert(0, str(_FOLDER))
_spec = importlib.util.spec_from_file_location("record_fixtures", _FOLDER / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
_fixtures = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fixtures)

socket, database, empty, world = _fixtures.socket, _fixtures.database, _fixtures.empty, _fixtures.world

from world import World, made, staff  # noqa: E402  (the folder above holds it)


@pytest.fixture
def firm(empty: World) -> Iterator[World]:
    """A store with its staff, made in October; today is 21 November 2026."""
    empty.now = datetime(2026, 10, 1, 8, tzinfo=UTC)
    made(empty)
    staff(empty)
    empty.now = datetime(2026, 11, 21, 8, tzinfo=UTC)
    yield empty
    empty.close()
