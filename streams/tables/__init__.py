"""Tables that people export: CSV in its usual shapes, and workbooks. `opened` gives rows by the names of columns."""

from streams.tables.file import Sheet, is_table, opened

__all__ = ["Sheet", "is_table", "opened"]
