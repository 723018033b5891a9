"""`mapping init` on files nobody described: guesses with reasons, and what is left to fill in."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from penstock.contracts.starter import unfilled
from penstock.errors import PenstockError
from penstock.landing.land_files import map_files
from penstock.landing.mapping import MappingError, read_mapping
from penstock.landing.starter.draft import start_mapping
from penstock.landing.starter.guess import unit_of, words_of
from penstock.products.renewable.declared import declared_assets
from penstock.products.renewable.product import PRODUCT
from support.mappings import DELIVERED_AT
from support.starters import WIND_SITE, filled_in

pytestmark = pytest.mark.unit

Document = dict[str, Any]


def drafted(tmp_path: Path, files: dict[str, str | bytes]) -> tuple[str, Document]:
    """The starter for some files, as text and as what YAML makes of it."""
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    text = start_mapping(PRODUCT, [tmp_path / name for name in files])
    return text, yaml.safe_load(text)


def landed(tmp_path: Path, text: str, **values: str) -> dict[str, pl.DataFrame]:
    """The accepted rows by table, once the author has filled in what is asked for."""
    path = tmp_path / "mapping.yaml"
    path.write_text(filled_in(text, {**WIND_SITE, **values}))
    mapping = read_mapping(path, PRODUCT.contracts)
    tables, refused = map_files(
        mapping,
        [tmp_path],
        contracts=PRODUCT.contracts,
        entities=declared_assets(mapping.assets, str(path)),
        delivered_at=DELIVERED_AT,
    )
    found = {one.contract.table: one.accepted for one in tables}
    assert refused == []
    return found


GERMAN = (
    "Zeitstempel Ende;Anlage;Wirkleistung [kW];Windgeschwindigkeit [km/h];"
    "Außentemperatur [°C];Gondeltemperatur [°C];Windrichtung [°]\n"
    "01.06.2024 00:10;WEA 1;1.200,5;36,0;12,5;30,0;270\n"
    "01.06.2024 00:10;WEA 2;600,0;27,0;12,0;31,0;271\n"
    "01.06.2024 00:20;WEA 1;1.100,0;34,2;12,4;30,0;272\n"
    "01.06.2024 00:20;WEA 2;550,0;25,2;11,9;31,0;273\n"
)


def test_a_german_export_is_read_as_it_is_written(tmp_path: Path) -> None:
    text, document = drafted(tmp_path, {"wea.csv": GERMAN})
    (source,) = document["inputs"].values()
    columns = document["tables"]["weather"]["columns"]

    assert (source["separator"], source["decimal_comma"]) == (";", True)
    assert source["time"] == {
        "column": "Zeitstempel Ende",
        "zone": "FILL_IN",
        "label": "end",
    }
    assert source["entity"] == {
        "column": "Anlage",
        "values": {"WEA 1": "WEA-1", "WEA 2": "WEA-2"},
    }
    assert columns["wind_speed_mps"] == {"column": "Windgeschwindigkeit [km/h]", "unit": "km/h"}
    assert columns["temperature_c"] == {"column": "Außentemperatur [°C]", "unit": "degC"}

    rows = landed(tmp_path, text, zone="Europe/Berlin")
    first = rows["generation"].sort("timestamp", "asset_id").row(0, named=True)
    assert str(first["timestamp"]) == "2024-05-31 22:00:00"
    assert first["gross_generation_mwh"] == pytest.approx(1.2005 / 6)
    assert rows["weather"]["wind_speed_mps"].to_list() == pytest.approx([10.0, 7.5, 9.5, 7.0])


@pytest.mark.parametrize(
    ("header", "target", "unit"),
    [
        ("P [kW]", "gross_generation_mwh", "kW"),
        ("Power_MW", "gross_generation_mwh", "MW"),
        ("ActivePower (kW)", "gross_generation_mwh", "kW"),
        ("Grd_Prod_Pwr_Avg_kWh", "gross_generation_mwh", "kWh"),
        ("net_energy_kwh", "net_generation_mwh", "kWh"),
        ("Zählerstand Netto [MWh]", "net_generation_mwh", "MWh"),
        ("curtailment_kwh", "curtailment_mwh", "kWh"),
        ("availability_kwh", "reported_availability_loss_mwh", "kWh"),
        ("Verfügbarkeit [%]", "availability_pct", "percent"),
    ],
)
def test_headers_name_energies_in_many_ways(
    tmp_path: Path, header: str, target: str, unit: str
) -> None:
    _, document = drafted(
        tmp_path, {"farm.csv": f"utc time,{header}\n2024-01-01 00:00,1.5\n2024-01-01 00:10,2\n"}
    )

    assert document["tables"]["generation"]["columns"][target] == {"column": header, "unit": unit}
    assert next(iter(document["inputs"].values()))["time"]["zone"] == "UTC"


@pytest.mark.parametrize("header", ["Power_Std", "Reactive Power [kvar]", "Power Setpoint [kW]"])
def test_what_only_sounds_like_power_is_not_taken(tmp_path: Path, header: str) -> None:
    with pytest.raises(PenstockError, match="no column of these files looks like generation"):
        drafted(tmp_path, {"farm.csv": f"time,{header}\n2024-01-01 00:00,1\n"})


def test_values_tell_the_unit_where_the_header_does_not(tmp_path: Path) -> None:
    lines = "".join(f"2024-01-01 {h:02}:00,{h * 80},{h + 5},290,98000\n" for h in range(24))
    text, document = drafted(
        tmp_path, {"farm.csv": "time,power,wind_speed,temp,pressure\n" + lines}
    )
    units = {
        name: one.get("unit")
        for table in document["tables"].values()
        for name, one in table["columns"].items()
    }

    assert units["gross_generation_mwh"] == "kW"
    assert units["wind_speed_mps"] == "km/h"
    assert units["temperature_c"] == "K"
    assert units["pressure_hpa"] == "Pa"
    assert "# low: 'power' reads like it; unit guessed from a greatest value of 1840" in text
    assert document["assets"][0]["interval_minutes"] == 60


def test_a_file_with_one_column_per_unit_takes_one_and_names_the_others(tmp_path: Path) -> None:
    text, document = drafted(
        tmp_path,
        {"wide.csv": "time,WTG01 Power [kW],WTG02 Power [kW]\n2024-01-01 00:00,5,6\n"},
    )
    columns = document["tables"]["generation"]["columns"]

    assert columns["gross_generation_mwh"] == {"column": "WTG01 Power [kW]", "unit": "kW"}
    assert "also like it: 'WTG02 Power [kW]'" in text


def test_weather_of_another_grid_is_joined_and_what_follows_the_sun_interpolated(
    tmp_path: Path,
) -> None:
    power = "".join(f"2024-06-01T{h:02}:{m:02}Z,1\n" for h in range(24) for m in (0, 15, 30, 45))
    air = "".join(f"2024-06-01T{h:02}:00Z,{50 * h},990,80\n" for h in range(24))
    _, document = drafted(
        tmp_path,
        {
            "inverter.csv": "timestamp,P_AC [kW]\n" + power,
            "station.csv": "timestamp,GHI,Luftdruck [hPa],ghi_clear\n" + air,
        },
    )
    weather = document["tables"]["weather"]

    assert weather["input"] == "inverter"
    assert weather["columns"]["ghi"] == {
        "input": "station",
        "column": "GHI",
        "unit": "W/m^2",
        "within_minutes": 60,
        "between": "interpolate",
    }
    assert "between" not in weather["columns"]["pressure_hpa"]
    assert document["assets"][0]["technology"] == "solar"
    assert "tilt_deg" in document["assets"][0]


@pytest.mark.parametrize(
    ("stamps", "pattern"),
    [
        (("31/01/2024 00:00", "31/01/2024 00:10"), "%d/%m/%Y %H:%M"),
        (("01/31/2024 00:00", "01/31/2024 00:10"), "%m/%d/%Y %H:%M"),
        (("2024/01/31 00:00:00", "2024/01/31 00:10:00"), "%Y/%m/%d %H:%M:%S"),
        (("202401310000", "202401310010"), "%Y%m%d%H%M"),
    ],
)
def test_uncommon_stamps_get_a_format(
    tmp_path: Path, stamps: tuple[str, str], pattern: str
) -> None:
    rows = "".join(f"{stamp},1\n" for stamp in stamps)
    _, document = drafted(tmp_path, {"farm.csv": "time,power [kW]\n" + rows})

    assert document["inputs"]["farm"]["time"]["format"] == pattern


def test_a_day_that_could_be_a_month_is_said_to_be_unsure(tmp_path: Path) -> None:
    rows = "".join(f"0{day}/02/2024 12:00,1\n" for day in range(1, 8))
    text, document = drafted(tmp_path, {"farm.csv": "time,power [kW]\n" + rows})

    assert document["inputs"]["farm"]["time"]["format"] in ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M")
    assert "would read the stamps too" in text


def test_text_that_is_not_utf_8_is_declared_so(tmp_path: Path) -> None:
    _, document = drafted(
        tmp_path, {"wea.csv": "Zeit;Leistung [kW];Größe\n01.06.2024 00:10;5;1\n".encode("latin-1")}
    )

    assert document["inputs"]["wea"]["encoding"] == "utf8-lossy"


def test_a_mapping_with_open_entries_is_refused_by_name(tmp_path: Path) -> None:
    text, document = drafted(tmp_path, {"wea.csv": GERMAN})
    path = tmp_path / "mapping.yaml"
    path.write_text(text)

    assert set(unfilled(document)) >= {"inputs.wea.time.zone", "assets.WEA-1.latitude"}
    with pytest.raises(MappingError, match=r"still to be filled in: inputs.wea.time.zone, assets"):
        read_mapping(path, PRODUCT.contracts)


def test_a_starter_never_overwrites_a_file(tmp_path: Path) -> None:
    drafted(tmp_path, {"wea.csv": GERMAN})
    out = tmp_path / "mapping.yaml"
    out.write_text("mine")

    with pytest.raises(PenstockError, match="exists; give `--out` another name"):
        start_mapping(PRODUCT, [tmp_path / "wea.csv"], out=out)
    assert out.read_text() == "mine"


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.csv": "a,b\n1,2\n"}, "no column looks like a time"),
        ({"a.csv": "time,power\n"}, "has no rows to guess from"),
        ({"a.parquet": "time,power\n1,2\n"}, "a.parquet: cannot be read"),
    ],
)
def test_a_file_that_shows_nothing_is_named(
    tmp_path: Path, files: dict[str, str | bytes], told: str
) -> None:
    with pytest.raises(PenstockError, match=told):
        drafted(tmp_path, files)


def test_headers_part_into_words_and_units() -> None:
    assert words_of("Außentemperatur (°C)") == "aussentemperatur"
    assert words_of("WindSpeed_Avg") == "wind speed avg"
    assert [unit_of(one) for one in ("P [kW]", "v (m/s)", "G [W/m²]", "t_2m", "net_kwh")] == [
        *("kW", "m/s", "W/m^2", None, "kWh")
    ]
