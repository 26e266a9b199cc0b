"""What one cell costs in Python: xlwings' own call of a function of ours, beside the same call of a function that returns a constant.

Both read the same arguments with the same options; Excel, COM and VBA are not in it. The two take turns, in batches; the medians of the
batches are printed. Run: python bench/cells.py [--profile]
"""

from __future__ import annotations

import cProfile
import os
import pstats
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

from creditlib_addin.settings import VARIABLE, save_settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "addin"))
import pywin32
import table

CALLS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("CREDITWCR", (150.0, 80.0, 60.0)),
    ("CREDITPREMIUM", (1_000_000.0, 0.002)),
    ("CREDITDAYS", (100.0, 900.0, pywin32.MISSING)),
    ("CREDITINTEREST", (1000.0, 46000.0, 46030.0, 0.1)),
    ("CREDITSCORE", ("C-7003",)),
    ("CREDITLIMIT", ("C-7003",)),
)
BATCHES, EACH = 60, 200


def constant_module() -> str:
    from xlwings.udfs import xlarg, xlfunc

    @xlfunc
    @xlarg("arguments", ndim=2, err_to_str=True)
    def CONSTANT(function: Any, epoch: Any, *arguments: Any) -> Any:
        return 1.5

    made = types.ModuleType("bench_constant")
    made.__file__ = __file__
    made.CONSTANT = CONSTANT  # type: ignore[attr-defined]
    sys.modules[made.__name__] = made
    return made.__name__


def batch(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    for _ in range(EACH):
        call()
    return (time.perf_counter() - start) / EACH * 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder) / "settings.json"
        save_settings(table.connect_sample(Path(folder)), settings)
        os.environ[VARIABLE] = str(settings)
        run()


def run() -> None:
    udfs = pywin32.install()
    other = constant_module()
    print(f"{'function':16}{'ours µs':>10}{'constant µs':>13}{'ratio':>8}   median of {BATCHES} batches of {EACH}")
    for name, given in CALLS:
        asked = (name, 1900.0, *given)

        def ours(asked: Any = asked) -> Any:
            return udfs.call_udf("creditlib_addin.hosts.xlwings_calls", "CREDITCALL", asked, None, None)

        def constant(asked: Any = asked) -> Any:
            return udfs.call_udf(other, "CONSTANT", asked, None, None)

        if "--profile" in sys.argv:
            with cProfile.Profile() as profile:
                batch(ours)
            pstats.Stats(profile).sort_stats("tottime").print_stats(18)
        taken: dict[str, list[float]] = {"ours": [], "constant": []}
        for turn in range(BATCHES):
            for which, call in (("ours", ours), ("constant", constant))[:: 1 if turn % 2 else -1]:
                taken[which].append(batch(call))
        mine, bare = statistics.median(taken["ours"]), statistics.median(taken["constant"])
        print(f"{name:16}{mine:10.1f}{bare:13.1f}{mine / bare:8.2f}")


if __name__ == "__main__":
    main()
