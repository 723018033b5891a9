"""Landing a generated drop, never beside a real one.

Belongs here: when a drop is made, receiving it, refusing to mix. Does not belong here: the
generator (`mock_data/`).
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from penstock.contracts.product import MOCK, Product
from penstock.errors import PenstockError
from penstock.ledger import Ledger
from penstock.locking import writer_lock
from penstock.products.sales.mock_data.generate_sales import generate_sales
from penstock.products.sales.mock_data.write_drop import write_drop
from penstock.products.sales.receive import Place, present, receive
from penstock.settings import Settings, new_run_id

DEFAULT_SEED = 7
_FIRST_DAY, _LAST_DAY = date(2024, 1, 1), date(2025, 12, 31)
_RECEIVED = time(4)


def mock(
    product: Product,
    settings: Settings,
    *,
    start: date | None = None,
    end: date | None = None,
    seed: int | None = None,
    portfolio: Path | None = None,
    is_clean: bool | None = None,
    run_id: str | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> int:
    """Generate a drop with orders from `start` to `end` and receive it; returns the new files.

    It is received at 04:00 UTC of the day after `end`: simulated, so that every build of one drop
    has the same logical date. The files stay in `<data>/mock/sales`, beside `planted.json`.

    Raises: PenstockError when real files have been received, or the days end before they start.
    """
    if portfolio is not None or is_clean:
        raise PenstockError(f"{product.name} has no portfolio and no clean drop: leave these away")
    first, last = start or _FIRST_DAY, end or _LAST_DAY
    if last <= first or last > datetime.now(UTC).date():
        message = f"--start {first} --end {last}: expected two days, the later one not after today"
        raise PenstockError(message)
    folder = settings.data_dir / "mock" / product.name
    with (
        writer_lock(product.lock(settings), holder="mock", wait_seconds=settings.lock_wait_seconds),
        Ledger(product.ledger(settings)) as ledger,
    ):
        if any(one.source != MOCK for one in present(product, settings, ledger).values()):
            message = (
                f"real files of {product.name} have been received here: mock rows never mix with "
                "them. Set PENSTOCK_DATA_DIR to another directory for mock data."
            )
            raise PenstockError(message)
        progress(f"generating orders from {first} to {last}")
        drop = generate_sales(start=first, end=last, seed=DEFAULT_SEED if seed is None else seed)
        write_drop(drop, folder)
        place = Place(
            product,
            settings,
            ledger,
            run_id or new_run_id(),
            is_mock=True,
            received_at=datetime.combine(last + timedelta(days=1), _RECEIVED),
        )
        got = receive(place, [folder])
    return sum(one.status == "new" for one in got.files)
