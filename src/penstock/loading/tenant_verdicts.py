"""Verdicts over what a tenant's run has landed: routing, and whether anything came.

Belongs here: judging the account of its routes. Does not belong here: routing (a product's), rows
of loaded files (`verdicts.py`); showing a verdict.
"""

from collections import Counter
from datetime import date

from penstock.contracts.routes import Routes
from penstock.loading.verdicts import Verdict

CHECKS = {
    "routing": "Every file of the tenant was routed to a contract; none is in quarantine.",
    "landed": "Something was delivered on the partition's day or after it.",
}
"""Checks of a tenant's landing, and what each promises."""

_NAMED = 5


def judge_routes(routes: Routes, *, day: date) -> list[Verdict]:
    """One verdict per check of CHECKS, for a run of that day (UTC).

    >>> [one.passed for one in judge_routes(Routes({}, (), "2026-11-22T04:00:00"),
    ...                                     day=date(2026, 11, 23))]
    [True, False]
    """
    return [_routing(routes), _landed(routes, day)]


def _routing(routes: Routes) -> Verdict:
    refused = Counter(one.outcome for one in routes.refused)
    routed = ", ".join(f"{count:,} {outcome}" for outcome, count in routes.routed.items())
    lines = [f"{one.name}: {one.outcome}: {one.message}" for one in routes.refused[:_NAMED]]
    if len(routes.refused) > _NAMED:
        lines.append(f"... and {len(routes.refused) - _NAMED:,} more")
    return Verdict(
        "routing",
        not routes.refused,
        "\n".join([f"routed by this run: {routed or 'no file'}", *lines]),
        is_error=True,
        figures={
            "files_routed": sum(routes.routed.values()),
            "files_refused": len(routes.refused),
            **{f"routed: {outcome}": count for outcome, count in routes.routed.items()},
            **{f"refused: {outcome}": count for outcome, count in sorted(refused.items())},
        },
    )


def _landed(routes: Routes, day: date) -> Verdict:
    is_there = routes.newest >= day.isoformat()
    newest = routes.newest or "none"
    return Verdict(
        "landed",
        is_there,
        f"latest delivery (UTC): {newest}"
        + ("" if is_there else f"; expected one on {day} or later: is a connector late?"),
        figures={"latest_delivery": newest, "partition_day": day.isoformat()},
    )
