"""The cache service in the shape of the articles' Python listing."""

__version__ = "0.1.0"
