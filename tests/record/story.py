"""A store with something of every kind in it."""

from __future__ import annotations

from world import World


def tell(world: World) -> None:
    """Write entries of all kinds."""
    store = world.open()
    for i in range(12):
        store.append("note", {"customer": f"C{i % 4}", "text": f"走访 {i}", "on": "2026-10-30"})
    for i in range(4):
        body = {
            "customer": f"C{i % 2}",
            "as_of": "2026-10-31",
            "digest": f"{i:064x}",
            "parts": {"statements": "b" * 64},
        }
        store.append("credit_file", body | ({"grade": "B", "score": 600 + i} if i else {}))
    for day in ("2026-09-30", "2026-10-31", "2026-10-31"):
        store.append(
            "close",
            {"book": "ledger", "as_of": day, "policy": "standard@5bc2804293c5", "inputs": {"ledger.csv": "c" * 64},
             "totals": {"CNY": 123_456, "USD": -5}, "must_act": 0},
        )  # fmt: skip
    for i in range(3):
        store.append(
            "release",
            {"customer": f"C{i}", "order": f"SO-{i}", "on": "2026-11-02", "outcome": "hold", "amount_minor": 5_000_00,
             "currency": "CNY", "over_minor": 100 * i},
        )  # fmt: skip
    store.append("minutes", {"on": "2026-11-03", "requests": ["12"], "present": ["dan", "eve"], "digest": "d" * 64})
    store.append_many(
        ("event", {"event": "promise", "on": "2026-11-01", "customer": f"C{i}", "amount_minor": 100, "currency": "CNY", "until": "2026-11-20", "origin": f"{i:064x}"})
        for i in range(6)
    )  # fmt: skip
