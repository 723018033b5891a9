"""A received file is read whole or refused: no row is lost, no byte guessed."""

from pathlib import Path

import pytest

from penstock.products.sales.contracts import CONTRACTS, INPUTS
from penstock.products.sales.read_csv import UnreadableFileError, read_csv
from support.drops import FIXTURE

pytestmark = pytest.mark.unit

LOCATIONS = CONTRACTS["erp_loc_a101"]


def read(tmp_path: Path, content: bytes) -> list[dict[str, str | None]]:
    file = tmp_path / "LOC_A101.csv"
    file.write_bytes(content)
    rows: list[dict[str, str | None]] = read_csv(
        file, LOCATIONS, name="LOC_A101.csv"
    ).table.to_pylist()
    return rows


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n", b"\r\n"])
def test_the_last_line_is_read_with_or_without_its_end(
    tmp_path: Path, line_end: bytes, last: bytes
) -> None:
    content = line_end.join([b"CID,CNTRY", b"AW-1,DE", b"AW-2,FR"]) + last

    assert read(tmp_path, content) == [
        {"cid": "AW-1", "cntry": "DE"},
        {"cid": "AW-2", "cntry": "FR"},
    ]


def test_text_stays_as_it_was_sent(tmp_path: Path) -> None:
    content = '\ufeffcid, CNTRY ,extra\nAW-1,"Łódź, Zürich",1\n007, ,2\n,"",3\n'.encode()

    assert read(tmp_path, content) == [
        {"cid": "AW-1", "cntry": "Łódź, Zürich"},
        {"cid": "007", "cntry": " "},
        {"cid": None, "cntry": None},
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"CID,CNTRY\r\n", "has a header and no rows"),
        (b"CID\r\nAW-1\r\n", "has no column cntry"),
        (b"CID,CNTRY,cid\r\n1,2,3\r\n", "names a column twice"),
        (b"CID,CNTRY\r\nAW-1,DE\r\nAW-2", "line 3 has 1 fields: 'AW-2'"),
        (b"CID,CNTRY\r\nAW-1,DE,x\r\n", "line 2 has 3 fields"),
        (b'CID,CNTRY\r\n"AW-1,DE\r\n', "cannot|fields"),
        (b"CID,CNTRY\r\nAW-1,D\xfcsseldorf\r\n", "UTF-8: line 2 has the byte 0xfc after 'AW-1,D'"),
        ("CID,CNTRY\nAW-1,DE\n".encode("utf-16"), "UTF-8: line 1 has the byte 0xff"),
        (b"PAR1\x00\xff\xfe", "UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, content: bytes, said: str
) -> None:
    with pytest.raises(UnreadableFileError, match=said) as refused:
        read(tmp_path, content)

    assert str(refused.value).startswith("LOC_A101.csv: ")
    assert "land it" in str(refused.value)


def test_a_file_says_what_its_columns_look_like() -> None:
    types = {
        one.contract.table: read_csv(FIXTURE / one.path, one.contract, name=one.path).types
        for one in INPUTS
    }

    assert types["crm_sales_details"]["sls_price"] == "decimal"
    assert types["crm_sales_details"]["sls_quantity"] == "integer"
    assert types["crm_prd_info"]["prd_start_dt"] == "date"
    assert types["crm_cust_info"]["cst_id"] == "text"
