"""A cache service in Python, tuned: hand-written HTTP and Redis over uvloop."""

__version__ = "0.1.0"
