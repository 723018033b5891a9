"""The error a user can act on.

Belongs here: the one base class whose message is printed without a traceback, and the one that
tells a wrong command from a failure.
Does not belong here: errors of a single room (they derive from this one, next to their cause).
"""


class PenstockError(Exception):
    """Something a user can mend: the message names the thing, what was expected and what to do."""


class UsageError(PenstockError):
    """A command that was typed wrong: it names something that is not there."""
