"""Settings of all property tests: the same examples in every run, as many as a minute allows."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "creditlib",
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)
settings.load_profile("creditlib")
