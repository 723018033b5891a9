"""Packages that libraries would import on the way, and that nothing here has a use for.

Belongs here: doing without them. Does not belong here: anything about data.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder


class _Without(MetaPathFinder):
    def __init__(self, package: str) -> None:
        self.package = package

    def find_spec(self, fullname: str, *_: object) -> None:
        if fullname == self.package:
            raise ModuleNotFoundError(name=fullname)


@contextmanager
def without(package: str) -> Iterator[None]:
    """Let a package look as if it were not installed, unless it is imported already.

    For libraries that ask whether it is there, and do as well where it is not.
    """
    finder = _Without(package)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def spare_pandas() -> None:
    """Let Arrow take it that nobody here has made an object of pandas, unless it is imported.

    With the first Python value that Arrow is given it imports pandas, to ask whether the value is
    one of its own: .2 s in every command. It asks once, and imports it all the same when a table is
    to become a frame of pandas. Call it before a value is given to Arrow: sparing one such value
    spares nothing as long as another comes first.
    """
    import pyarrow as pa  # noqa: PLC0415 - this module is imported by those who need no engine

    with without("pandas"):
        pa.array([0])
