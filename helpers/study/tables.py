"""Reading the kinds of files that data come in, as frames."""

import csv
import gzip
import warnings
from collections.abc import Callable
from pathlib import Path

import pandas as pd

# The labels that Stata and SPSS keep for values ride along in a frame's ``attrs``, by column.
VALUE_LABELS = "value_labels"

_HEAD = 1 << 16  # bytes that are looked at to find the delimiter


def kind_of(path: Path) -> str:
    """Return the ending that says what kind of file this is; ``.gz`` does not.

    >>> kind_of(Path("a.CSV.gz"))
    '.csv'
    """
    return next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()


def read_table(path: Path, ids: str | None = None) -> pd.DataFrame:
    """Read a data file.

    Parameters
    ----------
    path
        The file, of a kind that `READERS` knows.
    ids
        The column that holds ids of groups, to be read as they stand.

    Raises
    ------
    Exception
        Whatever the reader of that kind of file raises.

    Examples
    --------
    >>> from helpers.study.file import DATA_FOLDER
    >>> read_table(DATA_FOLDER / "hsb.csv").shape
    (7185, 11)
    """
    table = READERS[kind_of(path)](path, ids)
    table.columns = [str(column).strip() for column in table.columns]
    return table


def _read_text(path: Path, ids: str | None, separators: str) -> pd.DataFrame:
    """Read delimited text, with the ids of groups as they stand there."""
    encoding = _encoding_of(path)
    separator = _separator_of(path, encoding, separators)
    how = {"sep": separator, "encoding": encoding}
    header = pd.read_csv(path, header=None, nrows=1, dtype=str, **how).iloc[0].str.strip()
    twice = header[header.duplicated()].unique()
    if len(twice):
        raise ValueError(f"its header names {', '.join(map(str, twice))} twice; rename one")
    with warnings.catch_warnings():
        # A row longer than the header would shift or lose values.
        warnings.simplefilter("error", pd.errors.ParserWarning)
        table = pd.read_csv(path, index_col=False, low_memory=False, **how)
    table.columns = table.columns.str.strip()
    if ids in table:
        # 01 and 1 are two ids, and NA is one; only an empty cell is none.
        place = list(table.columns).index(ids)
        as_text = {"dtype": str, "keep_default_na": False, "na_values": [""]}
        table[ids] = pd.read_csv(path, index_col=False, usecols=[place], **as_text, **how).iloc[
            :, 0
        ]
    if separator != ",":
        for column in table.columns.drop(ids, errors="ignore"):
            table[column] = _without_decimal_comma(table[column])
    return table


def _open(path: Path) -> Callable[..., object]:
    return gzip.open if path.suffix.lower() == ".gz" else open


def _encoding_of(path: Path) -> str:
    """Find how a text is encoded: UTF-8 and UTF-16 show themselves; what is left is Western."""
    with _open(path)(path, "rb") as file:
        head = file.read(4)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            with _open(path)(path, "rt", encoding=encoding, newline="") as file:
                while file.read(_HEAD):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    return "latin-1"


def _separator_of(path: Path, encoding: str, separators: str) -> str:
    """Find what separates the columns: what the header has most of, outside of quotes."""
    with _open(path)(path, "rt", encoding=encoding, newline="") as file:
        lines = file.read(_HEAD).splitlines()
    counts = {s: len(next(csv.reader(lines[:1], delimiter=s), [])) for s in separators}
    return max(separators, key=lambda separator: counts[separator])


def _without_decimal_comma(values: pd.Series) -> pd.Series:
    """Read texts such as 3,14 as numbers, where all of a column's are of that kind."""
    if pd.api.types.is_numeric_dtype(values):
        return values
    texts = values.dropna().astype(str).str.strip()
    if not texts.str.contains(",").any():
        return values
    if not texts.str.fullmatch(r"[-+]?\d+(,\d+)?([eE][-+]?\d+)?").all():
        return values
    return pd.to_numeric(values.astype(str).str.strip().str.replace(",", "."), errors="coerce")


def _read_stata(path: Path) -> pd.DataFrame:
    with pd.read_stata(path, convert_categoricals=False, iterator=True) as reader:
        table = reader.read()
        labels = reader.value_labels()
        names = dict(zip(table.columns, reader._lbllist, strict=False))
    table.attrs[VALUE_LABELS] = {c: labels[n] for c, n in names.items() if n in labels}
    return table


def _read_spss(path: Path) -> pd.DataFrame:
    import pyreadstat

    table, about = pyreadstat.read_sav(str(path))
    table.attrs[VALUE_LABELS] = dict(about.variable_value_labels)
    return table


# What reads each kind of file, given its path and the column that holds the ids of groups.
READERS: dict[str, Callable[[Path, str | None], pd.DataFrame]] = {
    ".csv": lambda path, ids: _read_text(path, ids, ",;\t|"),
    ".tsv": lambda path, ids: _read_text(path, ids, "\t;,|"),
    ".parquet": lambda path, _: pd.read_parquet(path),
    ".dta": lambda path, _: _read_stata(path),
    ".sav": lambda path, _: _read_spss(path),
    ".xlsx": lambda path, _: pd.read_excel(path),
}
