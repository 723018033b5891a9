"""Writing a generated drop as the CRM and the ERP write theirs.

Belongs here: the bytes of the files. Does not belong here: their rows; landing.
"""

import json
from pathlib import Path

from penstock.landing.files import write_text_atomically
from penstock.products.sales.contracts import INPUTS
from penstock.products.sales.mock_data.generate_sales import MockDrop

PLANTED = "planted.json"
_UNTERMINATED = frozenset({"crm_cust_info", "erp_cust_az12"})
"""Files whose last line has no end, as in the real drop."""


def write_drop(drop: MockDrop, folder: Path) -> list[Path]:
    """Write the six files and `planted.json` below `folder`; returns the six.

    Lines end in CRLF, UTF-8 without mark; two files lack the end of their last line.
    """
    written = []
    for one in INPUTS:
        table = one.contract.table
        text = drop.tables[table].write_csv(line_terminator="\r\n")
        if table in _UNTERMINATED:
            text = text.removesuffix("\r\n")
        path = folder / one.path
        write_text_atomically(path, text)
        written.append(path)
    found = {f"{table}/{rule}": count for (table, rule), count in sorted(drop.planted.items())}
    write_text_atomically(folder / PLANTED, json.dumps(found, indent=2) + "\n")
    return written
