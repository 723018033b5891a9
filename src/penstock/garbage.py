"""Python's search for garbage, in a process that lives for seconds, or seldom makes any.

Belongs here: how often it looks. Does not belong here: anything about data.
"""

import atexit
import gc

_THRESHOLD = 100_000


def collect_seldom() -> None:
    """Look for garbage seldom, and not at all at the end.

    The engines allocate millions of objects that stay. Looking as often as Python does by default
    (700) takes a fifth of a transform; visiting them all once more while the process ends, another
    second.
    """
    gc.set_threshold(_THRESHOLD)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
