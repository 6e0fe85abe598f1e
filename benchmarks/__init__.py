"""Benchmarks; hecon before NumPy, so that linear algebra has one thread as in its commands."""

import hecon  # noqa: F401
