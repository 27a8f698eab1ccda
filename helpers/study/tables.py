"""Reading the kinds of files that data come in, as frames."""

import csv
import gzip
import io
import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

# What rides along in a frame's ``attrs``: the labels that Stata and SPSS keep for values, by
# column; the columns that were left out, and why; what was done to read the file; and what to say
# of other sheets where a column is not there.
VALUE_LABELS = "value_labels"
LEFT_OUT = "left_out"
NOTES = "notes"
SHEETS = "sheets"

_HEAD = 1 << 16  # characters that are looked at to find the delimiter

# Characters that nobody sees, and blanks that only look like one.
_UNSEEN = {ord(c): None for c in "\ufeff\u200b\u2060"} | {ord(c): " " for c in "\u00a0\u2007\u202f"}

_DECIMAL_COMMA = re.compile(r"[-+]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?([eE][-+]?\d+)?")
_THOUSANDS_COMMA = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+")


class TableError(ValueError):
    """A data file cannot be read; the message says what is wrong with it and what to do.

    >>> raise TableError("its header names x twice; rename one")
    Traceback (most recent call last):
    ...
    helpers.study.tables.TableError: its header names x twice; rename one
    """


def kind_of(path: Path) -> str:
    """Return the ending that says what kind of file this is; ``.gz`` does not.

    >>> kind_of(Path("a.CSV.gz"))
    '.csv'
    """
    return next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()


def tidy(text: str) -> str:
    r"""Return a text without what nobody sees in it, so that what looks equal is equal.

    Blanks at the ends and byte order marks go, no-break spaces become blanks, and letters with
    accents take their composed form (NFC).

    >>> tidy("\ufeffSt.\u00a0Mary "), tidy("e\u0301") == "é"
    ('St. Mary', True)
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text).translate(_UNSEEN).strip()


def as_written(value: Any) -> str:
    r"""Write a value of the data on one line as it stands there, a number with all its digits.

    >>> as_written(10536.0), as_written(np.float32(0.1)), as_written("a\nb")
    ('10536', '0.1', 'a b')
    """
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
        return " ".join(str(value).split())
    digits = Decimal(str(value + 0))  # no zero has a sign
    if not digits.is_finite() or not -7 < digits.adjusted() < 16:
        return str(value)
    return f"{digits.normalize():f}"


def read_table(path: Path, ids: str | None = None, sheet: str | None = None) -> pd.DataFrame:
    """Read a data file.

    Parameters
    ----------
    path
        The file, of a kind that `READERS` knows.
    ids
        The column that holds ids of groups, to be read as they stand.
    sheet
        The sheet to read where a file has several; the first without it.

    Returns
    -------
    DataFrame
        The table. Its ``attrs`` hold under `VALUE_LABELS` what the file calls values, under
        `LEFT_OUT` which columns cannot be read and why, under `NOTES` what else is to be said.

    Raises
    ------
    TableError
        If the file is not fit to be read.
    Exception
        Whatever else the reader of that kind of file raises.

    Examples
    --------
    >>> from helpers.study.file import DATA_FOLDER
    >>> read_table(DATA_FOLDER / "hsb.csv").shape
    (7185, 11)
    """
    kind = kind_of(path)
    if path.exists() and not path.is_file():
        raise TableError("it is no file; name a file in it")
    if sheet is not None and kind != ".xlsx":
        raise TableError(f"it has no sheets, and `sheet` names {sheet!r}; leave that key out")
    table = READERS[kind](path, ids, sheet)
    header = [str(column) for column in table.columns]
    _refuse_twice(header)
    table.columns = [tidy(name) for name in header]
    nested = {
        column: f"holds lists or records ({as_written(values[0])[:40]}), not one value a row"
        for column in table.columns
        if table[column].dtype == object
        and len(values := table[column].dropna().to_numpy()[:1])
        and not pd.api.types.is_hashable(values[0])
    }
    left_out = table.attrs.get(LEFT_OUT, {}) | nested
    table = table.drop(columns=list(left_out))
    table.attrs[LEFT_OUT] = left_out
    return table


def _refuse_twice(header: Iterable[str]) -> None:
    """Refuse a header in which two columns cannot be told apart."""
    spelled: dict[str, list[str]] = {}
    for name in header:
        spelled.setdefault(tidy(name), []).append(name)
    twice = [name for name, own in spelled.items() if name and len(own) > 1]
    if twice:
        alike = all(len(set(spelled[name])) == 1 for name in twice)
        but = "" if alike else ", but for blanks that do not count"
        raise TableError(
            f"its header names {', '.join(map(as_written, twice))} twice{but}; rename one"
        )


def _read_text(path: Path, ids: str | None, separators: str) -> pd.DataFrame:
    """Read delimited text, with the ids of groups as they stand there."""
    raw = path.read_bytes()
    if path.suffix.lower() == ".gz":
        raw = gzip.decompress(raw)
    encoding = _encoding_of(raw)
    # What is cut off within a character is of no account here.
    head = raw[: 2 * _HEAD].decode(encoding, errors="ignore")[:_HEAD]
    separator, before = _layout_of(head, len(raw) <= len(head), separators)
    table = _parse(io.BytesIO(raw), ids, sep=separator, encoding=encoding, skiprows=before)
    if before:
        lines = "1 line" if before == 1 else f"{before} lines"
        table.attrs[NOTES] = [f"{lines} before the header passed over"]
    return table


def _parse(source: io.IOBase, ids: str | None, **how: Any) -> pd.DataFrame:
    """Read a table from delimited text; NA is missing, but for an id."""

    def read(**more: Any) -> pd.DataFrame:
        source.seek(0)
        return pd.read_csv(source, index_col=False, low_memory=False, **how, **more)

    header = [str(name) for name in read(header=None, nrows=1, dtype=str, na_filter=False).iloc[0]]
    _refuse_twice(header)
    places = [place for place, name in enumerate(header) if tidy(name) == ids]
    texts = {header[place]: str for place in places}
    with warnings.catch_warnings():
        # A row longer than the header would shift or lose values.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            table = read(dtype=texts)
        except pd.errors.ParserWarning:
            raise TableError(
                "its rows hold more values than its header has names; give each column a name (R "
                "writes row names without one unless row.names = FALSE)"
            ) from None
        except pd.errors.ParserError as error:
            raise TableError(_in_plain_words(error)) from None
    for place in places:
        # 01 and 1 are two ids, and NA is one; only an empty cell is none.
        if table.iloc[:, place].isna().any():
            as_text = {"dtype": str, "keep_default_na": False, "na_values": [""]}
            table[table.columns[place]] = read(usecols=[place], **as_text).iloc[:, 0]
    if how.get("sep", ",") != ",":
        _read_decimal_commas(table, set(texts), lambda at: read(usecols=[at], dtype=str).iloc[:, 0])
    return table


def _in_plain_words(error: pd.errors.ParserError) -> str:
    if found := re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", str(error)):
        expected, line, saw = found.groups()
        return f"line {line} holds {saw} values where {expected} are expected; mend it"
    if found := re.search(r"EOF inside string starting at row (\d+)", str(error)):
        return f"a quotation mark opens near data row {found[1]} and never closes; mend it"
    return f"{as_written(error)}; mend it"


def _encoding_of(raw: bytes) -> str:
    """Find how a text is encoded: UTF-8 and UTF-16 show themselves; what is left is Western."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-32" if raw[2:4] == b"\0\0" else "utf-16"
    if b"\0" in raw:
        raise TableError("it holds zero bytes, as no text does; save it as text in UTF-8")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _layout_of(head: str, whole: bool, separators: str) -> tuple[str, int]:
    """Find what separates the columns, and how many lines stand before the header.

    Those are a first line ``sep=;``, as Excel reads it, and lines that begin with # and have
    another number of fields than the table.
    """
    lines = list(io.StringIO(head.lstrip("\ufeff"), newline=""))
    if not whole:
        lines = lines[:-1] or lines
    if lines and (said := re.fullmatch(r"sep=([^\w\s]|\t)\s*", lines[0], flags=re.IGNORECASE)):
        return said[1], 1
    marked = next((i for i, line in enumerate(lines) if not line.startswith("#")), 0)
    separator = max(separators, key=lambda each: _agreement(lines[marked:], each))
    if marked and not lines[marked - 1].startswith("# "):
        # A header whose first name begins with # has as many fields as the rows.
        header, first = (_widths(lines[i : i + 1], separator) for i in (marked - 1, marked))
        marked -= header == first
    return separator, marked


def _widths(lines: Sequence[str], separator: str) -> list[int]:
    """Count the fields of the first rows, whatever their quotes hold."""
    rows = csv.reader(io.StringIO("".join(lines), newline=""), delimiter=separator)
    return [len(row) for row, _ in zip(rows, range(200), strict=False) if row]


def _agreement(lines: Sequence[str], separator: str) -> tuple[float, int]:
    """Return which share of the rows has as many fields as the header, and how many those are."""
    widths = _widths(lines, separator)
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _read_decimal_commas(
    table: pd.DataFrame, as_they_stand: set[str], read_again: Callable[[int], pd.Series]
) -> None:
    """Read texts such as 3,14 as numbers, where all of a column's are of that kind, in place.

    Where other columns of the file have points, a point or a comma may stand for thousands; what
    could mean either is left out.
    """
    with_commas: dict[str, pd.Series] = {}
    for column in table.columns.difference(as_they_stand, sort=False):
        if pd.api.types.is_numeric_dtype(table[column]):
            continue
        texts = table[column].dropna().astype(str).str.strip()
        commas = texts[texts.str.contains(",", regex=False)]
        if len(commas) and texts.str.fullmatch(_DECIMAL_COMMA).all():
            plain = texts.str.replace(".", "").str.replace(",", ".")
            table[column] = pd.to_numeric(plain).reindex(table.index)
            with_commas[column] = commas
    if not with_commas:
        return
    with_points: dict[str, pd.Series] = {}
    for place, column in enumerate(table.columns):
        if column not in with_commas and pd.api.types.is_float_dtype(table[column]):
            texts = read_again(place).dropna().str.strip()
            points = texts[texts.str.contains(".", regex=False)]
            if len(points):
                with_points[column] = points
    if not with_points:
        return
    either = {c: t for c, t in with_commas.items() if t.str.fullmatch(_THOUSANDS_COMMA).all()}
    comma, point = (next(iter(found.values())).iloc[0] for found in (with_commas, with_points))
    table.attrs[LEFT_OUT] = {
        tidy(column): (
            f"writes {texts.iloc[0]} in a file that has both decimal commas and decimal points "
            f"({comma}, {point}), so that it could mean thousands; write all columns in one way"
        )
        for column, texts in (with_points | either).items()
    }


def _read_excel(path: Path, ids: str | None, sheet: str | None) -> pd.DataFrame:
    """Read a sheet by way of text, so that it means what the same table means in a csv file."""
    import openpyxl

    with warnings.catch_warnings():
        # On styles, validations and the like, which hold no data.
        warnings.simplefilter("ignore", UserWarning)
        with path.open("rb") as file:
            book = openpyxl.load_workbook(file, data_only=True)
    names = [each.title for each in book.worksheets]
    if sheet is not None and sheet not in names:
        raise TableError(f"it has no sheet {sheet!r}; its sheets are {', '.join(names)}")
    page = book[sheet] if sheet is not None else book.worksheets[0]
    rows = [[_of_cell(cell) for cell in row] for row in page.iter_rows()]
    filled = [place for place, row in enumerate(rows) if any(row)]
    if not filled:
        raise TableError(f"its sheet {page.title!r} is empty{_other_sheets(page.title, names)}")
    rows = rows[filled[0] : filled[-1] + 1]
    width = max(place for row in rows for place, cell in enumerate(row, start=1) if cell)
    text = io.StringIO()
    csv.writer(text).writerows(row[:width] for row in rows)
    table = _parse(text, ids)
    table.attrs[LEFT_OUT] = {
        tidy(str(table.columns[column - 1])): (
            f"has merged cells ({area.coord}), of which only the first holds a value; unmerge "
            f"them, and fill in each"
        )
        for area in page.merged_cells.ranges
        for column in range(area.min_col, area.max_col + 1)
        if filled[0] + 1 < area.max_row and area.min_row <= filled[-1] + 1 and column <= width
    }
    table.attrs[SHEETS] = _other_sheets(page.title, names)
    if len(names) > 1 and sheet is None:
        table.attrs[NOTES] = [f"read from sheet {page.title!r}, the first of {len(names)}"]
    return table


def _other_sheets(title: str, names: Sequence[str]) -> str:
    """Say which sheets there are beside one, if any."""
    others = [name for name in names if name != title]
    if not others:
        return ""
    return f"; it was read from sheet {title!r}, and `sheet:` names another ({', '.join(others)})"


def _of_cell(cell: Any) -> str:
    """Write a cell of a sheet as a csv file would have it."""
    if cell.value is None or cell.data_type == "e":
        return ""
    if isinstance(cell.value, float) and cell.value.is_integer():
        return str(int(cell.value))  # Excel knows no other numbers than floats
    return str(cell.value)


def _read_parquet(path: Path) -> pd.DataFrame:
    table = pd.read_parquet(path)
    return table if table.index.names == [None] else table.reset_index()


def _read_stata(path: Path) -> pd.DataFrame:
    with pd.read_stata(path, convert_categoricals=False, iterator=True) as reader:
        table = reader.read()
        labels = reader.value_labels()
        names = dict(zip(table.columns, reader._lbllist, strict=False))
    table.attrs[VALUE_LABELS] = {tidy(c): labels[n] for c, n in names.items() if n in labels}
    return table


def _read_spss(path: Path) -> pd.DataFrame:
    import pyreadstat

    table, about = pyreadstat.read_sav(str(path))
    table.attrs[VALUE_LABELS] = {
        tidy(column): labels for column, labels in about.variable_value_labels.items()
    }
    return table


# What reads each kind of file, given its path, the column that holds the ids of groups, a sheet.
READERS: dict[str, Callable[[Path, str | None, str | None], pd.DataFrame]] = {
    ".csv": lambda path, ids, _: _read_text(path, ids, ";\t|,"),
    ".tsv": lambda path, ids, _: _read_text(path, ids, "\t;|,"),
    ".parquet": lambda path, *_: _read_parquet(path),
    ".dta": lambda path, *_: _read_stata(path),
    ".sav": lambda path, *_: _read_spss(path),
    ".xlsx": _read_excel,
}
