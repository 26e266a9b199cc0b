"""Settings of all property tests: the same examples in every run, as many as a minute allows.

CREDITLIB_EXAMPLES=2000 looks further, with new examples each time (`make soak`).
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

MORE = os.environ.get("CREDITLIB_EXAMPLES")

settings.register_profile(
    "creditlib",
    derandomize=MORE is None,
    max_examples=int(MORE or 50),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    database=None,
)
settings.load_profile("creditlib")
