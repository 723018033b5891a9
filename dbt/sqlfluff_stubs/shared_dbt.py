"""What the linter sees instead of the macros of shared_dbt: SQL of the same shape.

sqlfluff renders models with plain Jinja, which knows no dbt packages. A macro with an argument
renders as that argument; the exceptions are named.
"""

from collections.abc import Callable


def rebuilt(*_args: object, **_kwargs: object) -> str:
    """A bound on the rows to read."""
    return "true"


rebuilt_rows = rebuilt


def latest_delivery(relation: object, _key_columns: object) -> str:
    """The rows of a source that count."""
    return f"select * from {relation}"


def ratio(numerator: object, denominator: object) -> str:
    """A quotient."""
    return f"({numerator}) / ({denominator})"


def __getattr__(name: str) -> Callable[..., str]:
    def macro(*args: object, **_kwargs: object) -> str:
        return f"{name}({args[0]})"

    return macro
