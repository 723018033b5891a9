"""A generated drop: six tables as the CRM and the ERP would send them, dirt included.

Belongs here: the rows, and the count of everything planted in them. Does not belong here: writing
files (`write_drop.py`); landing.

Every fault is planted on rows of its own, so that what a rule must find is known: `planted` names,
per silver table and rule, how many rows it has to drop or values to change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl

_FIRST_NAMES = ("Jon", "Zoë", "Łukasz", "Renée", "Søren", "María José", "Aiko", "Björn", "Inês")
_LAST_NAMES = ("Yang", "Müller", "O'Neill", "Nuñez", "Šimić", "D'Angelo", "Smith, Jr.", "Øster")
_COUNTRIES = ("Australia", "Germany", "DE", "US", "USA", "United States", "Canada", "France", None)
_RENAMED = frozenset({"DE", "US", "USA", None})
_CATEGORIES = (
    ("BI_MB", "Bikes", "Mountain Bikes", "Yes"),
    ("BI_RB", "Bikes", "Road Bikes", "Yes"),
    ("AC_HE", "Accessories", "Helmets", "Yes"),
    ("AC_BC", "Accessories", "Bottles and Cages", "No"),
    ("CL_JE", "Clothing", "Jerseys", "No"),
    ("CL_SO", "Clothing", "Socks", "No"),
    ("CO_PD", "Components", "Pedals", "No"),
)
_KEY_CATEGORIES = ("BI-MB", "BI-RB", "AC-HE", "AC-BC", "CL-JE", "CL-SO", "CO-PE")
"""As product keys write them: the last has no category of that id."""
_LINES = ("M ", "R ", "S ", "T ", None)
_ERP_GENDERS = ("Male", "Female", "F", "M ", " ", None)


@dataclass(frozen=True)
class MockDrop:
    """Six tables by raw table, columns as in the files; and what was planted, per (table, rule)."""

    tables: Mapping[str, pl.DataFrame]
    planted: Mapping[tuple[str, str], int]


def generate_sales(
    *,
    start: date,
    end: date,
    seed: int,
    customers: int = 1_000,
    products: int = 60,
    lines: int = 4_000,
) -> MockDrop:
    """A drop with orders from `start` to `end`; equal arguments give equal rows.

    `customers` and `products` at least 40, `lines` at least 100: room for the planted faults.
    """
    random = np.random.default_rng([seed, start.toordinal(), end.toordinal()])
    planted: dict[tuple[str, str], int] = {}
    crm, erp, places = _customers(random, customers, end, planted)
    versions, costs = _products(random, products, start, planted)
    tables = {
        "crm_cust_info": crm,
        "crm_prd_info": versions,
        "crm_sales_details": _sales(
            random, lines, customers=customers, costs=costs, days=(start, end), planted=planted
        ),
        "erp_cust_az12": erp,
        "erp_loc_a101": places,
        "erp_px_cat_g1v2": pl.DataFrame(
            list(_CATEGORIES), schema=["ID", "CAT", "SUBCAT", "MAINTENANCE"], orient="row"
        ),
    }
    return MockDrop(tables, planted)


def _customers(
    random: np.random.Generator, count: int, end: date, planted: dict[tuple[str, str], int]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    repeated, blank, late, nas = count // 100, count // 50, count // 200, count // 2
    ids = np.arange(11_000, 11_000 + count)
    first = random.choice(_FIRST_NAMES, count).tolist()
    last = random.choice(_LAST_NAMES, count).tolist()
    first[:blank] = [f" {name} " for name in first[:blank]]
    made = [end - timedelta(days=int(days)) for days in random.integers(10, 100, count)]
    crm = pl.DataFrame(
        {
            "cst_id": [str(one) for one in ids],
            "cst_key": [f"AW{one:08d}" for one in ids],
            "cst_firstname": first,
            "cst_lastname": last,
            "cst_marital_status": _pick(random, ("S", "M", None), count),
            "cst_gndr": _pick(random, ("F", "M", None), count),
            "cst_create_date": [one.isoformat() for one in made],
        }
    )
    # The older row of a repeated id lacks its name and comes after the newer one.
    older = crm.tail(repeated).with_columns(
        pl.lit(None, pl.String).alias("cst_firstname"),
        pl.Series(
            "cst_create_date",
            [(one - timedelta(days=1)).isoformat() for one in made[count - repeated :]],
        ),
    )
    nameless = pl.DataFrame(
        {"cst_id": [None] * 4, "cst_key": ["SF566", "PO25", "13451235", "A01Ass"]},
        schema_overrides={"cst_id": pl.String},
    )
    births = [date(1950, 1, 1) + timedelta(days=int(d)) for d in random.integers(0, 18_000, count)]
    births[:late] = [date(2100 + number, 5, 1) for number in range(late)]
    keys = crm["cst_key"].to_list()
    genders = _pick(random, _ERP_GENDERS, count)
    erp = pl.DataFrame(
        {
            "CID": [f"NAS{key}" if place < nas else key for place, key in enumerate(keys)],
            "BDATE": [one.isoformat() for one in births],
            "GEN": genders,
        }
    )
    countries = _pick(random, _COUNTRIES, count)
    places = pl.DataFrame({"CID": [f"{key[:2]}-{key[2:]}" for key in keys], "CNTRY": countries})
    planted |= {
        ("crm_customers", "missing_id"): nameless.height,
        ("crm_customers", "superseded"): repeated,
        ("crm_customers", "name_trimmed"): blank,
        ("crm_customers", "marital_status_named"): count,
        ("crm_customers", "gender_named"): count,
        ("erp_customers", "prefix_stripped"): nas,
        ("erp_customers", "birth_in_future"): late,
        ("erp_customers", "gender_named"): sum(one not in ("Male", "Female") for one in genders),
        ("erp_locations", "dash_stripped"): count,
        ("erp_locations", "country_named"): sum(one in _RENAMED for one in countries),
    }
    return pl.concat([crm, older, nameless], how="diagonal"), erp, places


def _products(
    random: np.random.Generator, count: int, start: date, planted: dict[tuple[str, str], int]
) -> tuple[pl.DataFrame, dict[str, int]]:
    costless = 2
    rows: list[tuple[str | None, ...]] = []
    costs: dict[str, int] = {}
    for place in range(count):
        number = f"XX-{place:04d}"
        key = f"{_KEY_CATEGORIES[place % len(_KEY_CATEGORIES)]}-{number}"
        cost = int(random.integers(2, 900))
        line = _LINES[int(random.integers(0, len(_LINES)))]
        versions = 1 + place % 3
        for version in range(versions):
            began = start - timedelta(days=365 * (versions - version))
            # As in the real files, the source ends a version before it began.
            ends = (began - timedelta(days=100)).isoformat() if version + 1 < versions else None
            given = None if place < costless and version == 0 else str(cost + version)
            name = f"Product {place} - {version}"
            rows.append((str(len(rows) + 200), key, name, given, line, began.isoformat(), ends))
        costs[number] = cost
    planted |= {
        ("crm_products", "key_split"): len(rows),
        ("crm_products", "line_named"): len(rows),
        ("crm_products", "cost_defaulted"): costless,
        ("crm_products", "end_date_derived"): len(rows) - count,
    }
    columns = ["prd_id", "prd_key", "prd_nm", "prd_cost", "prd_line", "prd_start_dt", "prd_end_dt"]
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row"), costs


def _sales(
    random: np.random.Generator,
    count: int,
    *,
    customers: int,
    costs: dict[str, int],
    days: tuple[date, date],
    planted: dict[tuple[str, str], int],
) -> pl.DataFrame:
    numbers, span = list(costs), (days[1] - days[0]).days
    # An order names a product once: the lines of one order walk through the products.
    order = np.sort(random.integers(0, max(count // 3, 1), count))
    within = np.arange(count) - np.searchsorted(order, order)
    product = (order * 7 + within) % len(numbers)
    # A few customers order often, most once or twice.
    buyer = (random.beta(1, 6, count) * customers).astype(int)[order]
    offset = (order * span) // max(int(order.max()), 1)
    quantity = np.where(random.random(count) < 0.05, 3, 1)
    price = np.array(list(costs.values()))[product] * 2
    sales = quantity * price
    dates = [days[0] + timedelta(days=int(one)) for one in offset]
    lines = pl.DataFrame(
        {
            "sls_ord_num": [f"SO{43_000 + int(one)}" for one in order],
            "sls_prd_key": [numbers[int(one)] for one in product],
            "sls_cust_id": [str(11_000 + int(one)) for one in buyer],
            "sls_order_dt": [f"{one:%Y%m%d}" for one in dates],
            "sls_ship_dt": [f"{one + timedelta(days=7):%Y%m%d}" for one in dates],
            "sls_due_dt": [f"{one + timedelta(days=12):%Y%m%d}" for one in dates],
            "sls_sales": [str(one) for one in sales],
            "sls_quantity": [str(one) for one in quantity],
            "sls_price": [str(one) for one in price],
        }
    )
    faults = iter(random.permutation(count).tolist())
    columns = {name: lines[name].to_list() for name in lines.columns}

    def plant(times: int, column: str, value: str | None) -> None:
        for _ in range(times):
            columns[column][next(faults)] = value

    plant(3, "sls_order_dt", "0")
    plant(1, "sls_order_dt", "5489")
    plant(1, "sls_order_dt", "20251340")
    plant(4, "sls_sales", None)
    plant(2, "sls_sales", "-18")
    plant(1, "sls_sales", "0")
    plant(5, "sls_sales", "1000000")
    plant(3, "sls_price", None)
    for _ in range(2):
        place = next(faults)
        columns["sls_price"][place] = f"-{columns['sls_price'][place]}"
    planted |= {
        ("crm_sales", "date_unusable"): 5,
        ("crm_sales", "sales_recomputed"): 12,
        ("crm_sales", "price_derived"): 5,
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _pick(
    random: np.random.Generator, choices: tuple[str | None, ...], count: int
) -> list[str | None]:
    return [choices[int(one)] for one in random.integers(0, len(choices), count)]
