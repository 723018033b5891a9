"""What the linter sees instead of dbt's own macros: SQL of the same shape."""


def date_trunc(part: str, date: str) -> str:
    """The start of a date's period."""
    return f"date_trunc('{part}', {date})"


def hash(field: str) -> str:  # noqa: A001
    """A text's hash."""
    return f"md5({field})"


def datediff(first: str, second: str, part: str) -> str:
    """How often a period begins between two dates."""
    return f"date_diff('{part}', {first}, {second})"
