"""Verdicts over what a load left behind: contract, account, quarantine, row count, freshness.

Belongs here: judging the deliveries of one raw table by the ledger's account of them. Does not
belong here: the gate (it judges rows); showing a verdict.

A verdict speaks of the days asked for and of what the load brought, so that a second load says
the same. A rejected file is named by every load until it is mended or retracted.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from penstock.contracts.contract import Contract
from penstock.contracts.product import Product
from penstock.landing.files import PartitionName
from penstock.landing.quarantine import open_refused
from penstock.ledger import Delivery, Ledger, QuarantineCount
from penstock.settings import Settings

CHECKS: Mapping[str, str] = {
    "contract": "Every file could be read and keeps to the contract of its table.",
    "account": "Every row read was accepted or quarantined; none is lost.",
    "quarantine": "No more rows were refused than PENSTOCK_QUARANTINE_WARN_PCT allows.",
}
"""Checks of every raw table, and what each promises."""

DATED_CHECKS: Mapping[str, str] = {
    "row_count": "A day brought not far fewer rows than the days of the load before.",
    "freshness": "The partition's day has been loaded.",
}
"""Further checks of raw tables whose rows belong to days."""

_NAMED = 5


@dataclass(frozen=True)
class Verdict:
    """One check of one raw table. `is_error` says how grave it is if it did not pass.

    `message` has one finding per line; `examples` are the first refused rows.
    """

    check: str
    passed: bool
    message: str
    is_error: bool = False
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    examples: Sequence[Mapping[str, object]] = ()


def checks_of(contract: Contract) -> Mapping[str, str]:
    """The checks of a contract's table, each with what it promises."""
    return {**CHECKS, **DATED_CHECKS} if _has_daily_rows(contract) else CHECKS


def judge_tables(
    product: Product, settings: Settings, *, run_id: str, first: date, last: date
) -> dict[str, list[Verdict]]:
    """`judge_load` of every raw table of a product, by table."""
    with Ledger(product.ledger(settings)) as ledger:
        return {
            table: judge_load(one, ledger, settings, run_id=run_id, first=first, last=last)
            for table, one in product.contracts.items()
        }


def judge_load(
    contract: Contract, ledger: Ledger, settings: Settings, *, run_id: str, first: date, last: date
) -> list[Verdict]:
    """One verdict per check of the contract's table.

    They speak of the deliveries that the run loaded and of those that touch `first` to `last`;
    `contract` of every file there is.
    """
    known = _known(ledger.deliveries(table=contract.table))
    mine = [one for one in known if one.run_id == run_id or _touches(one, first, last)]
    verdicts = _judge_files(known, mine, ledger, settings)
    if _has_daily_rows(contract):
        verdicts += [
            _row_count(mine, known, settings.row_count_floor_pct),
            _freshness(known, last),
        ]
    return verdicts


def judge_whole_load(
    product: Product, settings: Settings, *, run_id: str, first: date, last: date
) -> list[Verdict]:
    """One verdict per check of CHECKS over all raw tables of a product, or of a tenant, as one.

    They speak of the same deliveries as those of `judge_load`.
    """
    with Ledger(product.ledger(settings)) as ledger:
        known = _known(ledger.deliveries())
        mine = [one for one in known if one.run_id == run_id or _touches(one, first, last)]
        return _judge_files(known, mine, ledger, settings)


def _known(deliveries: Sequence[Delivery]) -> list[Delivery]:
    return [one for one in deliveries if one.status in ("loaded", "rejected")]


def _judge_files(
    known: Sequence[Delivery], mine: Sequence[Delivery], ledger: Ledger, settings: Settings
) -> list[Verdict]:
    refused = [one for one in ledger.quarantine() if one.origin in {d.delivery_id for d in mine}]
    return [
        _contract(known),
        _account(mine),
        _quarantine(mine, refused, _examples(refused, settings), settings.quarantine_warn_pct),
    ]


def _has_daily_rows(contract: Contract) -> bool:
    return contract.time_column is not None and not contract.is_optional


def _touches(delivery: Delivery, first: date, last: date) -> bool:
    if delivery.first_day is not None and delivery.last_day is not None:
        return delivery.first_day <= last and delivery.last_day >= first
    name = PartitionName.parse(delivery.delivery_id.rpartition("/")[2])
    return name is not None and first <= name.day <= last


def _contract(known: Sequence[Delivery]) -> Verdict:
    rejected = [one for one in known if one.status == "rejected"]
    return Verdict(
        "contract",
        not rejected,
        "\n".join(_listed([one.message for one in rejected])) or f"{len(known):,} files keep to it",
        is_error=True,
        figures={"files": len(known), "rejected_files": len(rejected)},
    )


def _account(mine: Sequence[Delivery]) -> Verdict:
    read = sum(one.rows_read for one in mine)
    accepted = sum(one.rows_accepted for one in mine)
    refused = sum(one.rows_quarantined for one in mine)
    return Verdict(
        "account",
        read == accepted + refused,
        f"{read:,} rows read = {accepted:,} accepted + {refused:,} quarantined",
        is_error=True,
        figures={"rows_read": read, "rows_accepted": accepted, "rows_quarantined": refused},
    )


def _quarantine(
    mine: Sequence[Delivery],
    refused: Sequence[QuarantineCount],
    examples: Sequence[Mapping[str, object]],
    warn_pct: float,
) -> Verdict:
    read = sum(one.rows_read for one in mine)
    count = sum(one.open_rows for one in refused)
    share = 100 * count / read if read else 0.0
    named = [
        f"{one.origin}: {one.open_rows:,} x {one.reason}; see them with "
        f"`penstock quarantine show {one.origin}`"
        for one in refused
        if one.open_rows
    ]
    message = f"{count:,} of {read:,} rows refused ({share:.2f} %, warns above {warn_pct:g} %)"
    reasons = Counter[str]()
    for one in refused:
        reasons[one.reason] += one.open_rows
    return Verdict(
        "quarantine",
        share <= warn_pct,
        "\n".join([message, *_listed(named)]),
        examples=examples if share > warn_pct else (),
        figures={
            "rows_quarantined": count,
            "quarantined_pct": round(share, 4),
            **{f"refused: {reason}": rows for reason, rows in sorted(reasons.items()) if rows},
        },
    )


def _row_count(mine: Sequence[Delivery], known: Sequence[Delivery], floor_pct: float) -> Verdict:
    """Rows per day of the run's deliveries against those of the load before them."""
    loads = {one.run_id for one in mine}
    before = max((one.run_id for one in known if one.run_id < min(loads, default="")), default=None)
    now_rows = _rows_per_day(mine)
    before_rows = _rows_per_day([one for one in known if one.run_id == before])
    if now_rows is None or before_rows is None:
        return Verdict("row_count", passed=True, message="no load before to compare with")
    share = 100 * now_rows / before_rows
    return Verdict(
        "row_count",
        share >= floor_pct,
        f"{now_rows:,.0f} rows per day, {share:.0f} % of the load before ({before_rows:,.0f}); "
        f"expected {floor_pct:g} % at least: is a file short, or an asset missing?",
        figures={"rows_per_day": now_rows, "rows_per_day_before": before_rows},
    )


def _rows_per_day(deliveries: Sequence[Delivery]) -> float | None:
    days = {one.first_day for one in deliveries if one.first_day is not None}
    rows = sum(one.rows_read for one in deliveries)
    return rows / len(days) if days and rows else None


def _freshness(known: Sequence[Delivery], last: date) -> Verdict:
    newest = max((one.last_day for one in known if one.last_day is not None), default=None)
    behind = None if newest is None else (last - newest).days
    return Verdict(
        "freshness",
        newest is not None and newest >= last,
        f"last loaded day {newest or 'none'}, asked for {last}"
        + (f": {behind:,} days behind" if behind is not None and behind > 0 else ""),
        figures={"last_loaded_day": str(newest), "asked_for": str(last)},
    )


def _examples(
    refused: Sequence[QuarantineCount], settings: Settings
) -> Sequence[Mapping[str, object]]:
    """The first refused rows: position in the user's file, column, reason, expectation."""
    origins = sorted({one.origin for one in refused if one.open_rows})
    shown = ("source_file", "source_row", "column_name", "reason", "expected")
    rows: list[Mapping[str, object]] = []
    for origin in origins[:_NAMED]:
        first = open_refused(settings.quarantine_dir, origin).head(_NAMED)
        rows += first.select(shown).to_dicts()
    return rows[:_NAMED]


def _listed(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _NAMED
    return [*lines[:_NAMED], *([f"... and {more:,} more"] if more > 0 else [])]
