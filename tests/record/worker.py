"""A program that works on a store until it is done, or until somebody kills it; it prints what the store has acknowledged.

python worker.py work KIND ADDRESS WHO SEED ROUNDS     prints "ack SEQ HASH", "refused WHY KEPT", and at last "done"
python worker.py die KIND ADDRESS WHO                  reads "SEED" or "make ADDRESS" lines; each is done by a child that is to be killed
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from creditlib.policy import load_policy
from creditlib.record.approvals import Ask, ask, decide, expire, withdraw
from creditlib.record.connecting import find_place
from creditlib.record.entry import Entry
from creditlib.record.standing import pending
from creditlib.record.store import Store, opened
from creditlib.record.writing import Refusal

POLICY = load_policy()
CUSTOMERS = [f"C{i}" for i in range(6)]


def say(*words: object) -> None:
    """One write, so that lines of several children never mix."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def told(entries: Iterable[Entry]) -> None:
    for entry in entries:
        say("ack", entry.seq, entry.hash)


def one(store: Store, dice: random.Random) -> Iterable[Entry]:
    """Do one thing, whatever the dice say."""
    customer = dice.choice(CUSTOMERS)
    amount = dice.choice([100_000_00, 600_000_00])  # for a manager, for two of the committee
    note = ("note", {"customer": customer, "text": f"{os.getpid()} {dice.random()}"})
    file = ("credit_file", {"customer": customer, "as_of": "2026-10-31", "digest": f"{dice.getrandbits(255):064x}"})
    open_ones = pending(store, date.today(), customer=customer)
    number = open_ones[0].seq if open_ones else 0
    wish = Ask(customer, "other", amount_minor=amount, currency="CNY", own_risk_minor=amount, grade="A")
    ways: list[Callable[[], Any]] = [
        lambda: [store.append(*note)], lambda: store.append_many([note, file, note]), lambda: [ask(store, wish, POLICY)],
    ]  # fmt: skip
    if number:
        ways += [lambda: [decide(store, number, "approve", "other", POLICY)]] * 5
        ways += [lambda: [withdraw(store, number)], lambda: expire(store)]
    found: Iterable[Entry] = dice.choice(ways)()
    return found


def work(store: Store, dice: random.Random, rounds: int) -> None:
    while rounds:
        rounds -= 1
        try:
            told(one(store, dice))
        except Refusal as error:
            say("refused", error.body["why"], int(error.kept))


def main() -> None:
    mode, kind, address, who, *rest = sys.argv[1:]
    actor = who if kind == "sqlite" else None
    if mode == "work":
        store = opened(find_place(address), create=False, actor=actor)
        work(store, random.Random(int(rest[0])), int(rest[1]))
        say("done")
        return
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                if line.startswith("make "):
                    opened(find_place(line[5:].strip()), create=True, actor=actor)
                    say("made")
                else:
                    work(opened(find_place(address), create=False, actor=actor), random.Random(int(line)), -1)
            finally:
                os._exit(0)
        say("child", child)
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main()
