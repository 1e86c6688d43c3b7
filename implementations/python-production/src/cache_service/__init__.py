"""A cache service: an in-process cache (L1) in front of Redis, JSON values over HTTP."""

__version__ = "0.1.0"
