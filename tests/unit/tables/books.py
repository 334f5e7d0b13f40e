"""The smallest workbook that Excel would open: one sheet, texts, numbers, dates."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape
from zipfile import ZipFile

EXCEL_DAY_0 = datetime(1899, 12, 30)  # noqa: DTZ001 — a sheet has no zones
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Отчёт" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
    "</styleSheet>",
}


def write(file: Path, rows: Sequence[Sequence[object]]) -> Path:
    """A workbook whose sheet «Отчёт» has these rows; None is an empty cell."""
    lines = ""
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(f"{chr(65 + at)}{number}", cell) for at, cell in enumerate(row))
        lines += f'<row r="{number}">{cells}</row>'
    with ZipFile(file, "w") as book:
        for name, part in _PARTS.items():
            book.writestr(name, part)
        book.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return file


def _cell(at: str, cell: object) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f'<c r="{at}" s="1"><v>{(cell - EXCEL_DAY_0).total_seconds() / 86_400}</v></c>'
        case int() | float():
            return f'<c r="{at}"><v>{cell}</v></c>'
        case _:
            return f'<c r="{at}" t="inlineStr"><is><t>{escape(str(cell))}</t></is></c>'
