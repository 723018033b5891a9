"""Watching a room at work: START before it, COMPLETE or FAIL after it.

Belongs here: when something is told. Does not belong here: what (`events.py`).
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from penstock.errors import PenstockError
from penstock.openlineage.events import Teller
from penstock.openlineage.work import Dataset, Job, Work
from penstock.settings import Settings

_log = logging.getLogger(__name__)


@contextmanager
def observed(
    settings: Settings, *, product: str, room: str, run_id: str, inputs: Sequence[Dataset]
) -> Iterator[Work]:
    """Tell that a room begins to work, and how it ends; an error that leaves the block goes on.

    Work outside a recorded run (`run_id` is empty) is not told.

    Raises: LineageError when the run's own file cannot be written, or the configuration cannot be
    used. A collector that does not answer only makes a warning: figures do not wait for it.
    """
    work = Work(inputs)
    if not run_id:
        yield work
        return
    with closing(Teller(settings, Job(product, room, run_id))) as teller:
        teller.tell("START", work)
        try:
            yield work
        except BaseException as error:
            try:
                teller.tell("FAIL", work, error)
            except PenstockError as lost:
                # The reason of the failure is worth more than that it could not be told.
                _log.warning("%s", lost)
            raise
        teller.tell("COMPLETE", work)
