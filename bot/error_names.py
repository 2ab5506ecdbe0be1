"""An error in one word for the log: its class, and from a database which of its many troubles it was.

Never its message: that may quote what a resident wrote.
"""


def named(error: BaseException) -> str:
    """「OperationalError SQLITE_FULL」, 「OperationalError 57P01」, 「KeyError」."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return " ".join(word for word in (type(error).__name__, code) if word)
