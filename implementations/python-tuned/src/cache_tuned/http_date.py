"""The field Date, made once a second."""

from email.utils import formatdate


def date_line(now_s: float) -> tuple[bytes, float]:
    """The line for this reading of the clock, and for how many s it stays true.

    Both from one reading: the second may turn between two, and a line with the old second would
    stay until the next turn.
    """
    return f"Date: {formatdate(now_s, usegmt=True)}\r\n".encode(), 1.0 - now_s % 1.0
