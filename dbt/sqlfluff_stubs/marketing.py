"""What the linter sees instead of the macros of marketing_dbt: SQL of the same shape.

The models are shells: what they call is in macros, which the linter does not read.
"""

from collections.abc import Callable


def __getattr__(name: str) -> Callable[..., str]:
    def macro(*_args: object, **_kwargs: object) -> str:
        return f"select {name}.* from {name}"

    return macro
