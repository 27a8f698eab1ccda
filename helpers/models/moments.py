"""What a multilevel model needs of the data: counts, means and cross-products of each group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement
from typing import Any

import narwhals as nw
import numpy as np
import pandas as pd

from helpers.text import did_you_mean

CONSTANT = "Intercept"

# Rows that are looked at in one go: few enough that their products stay small beside the data.
CHUNK = 2**17


class FitError(ValueError):
    """A model cannot be fitted, or two fits not be compared; the message says what to do.

    Examples
    --------
    >>> Moments.from_frame(pd.DataFrame({"g": [1], "x": [0.0]}), "g", ["z"])
    Traceback (most recent call last):
    ...
    helpers.models.moments.FitError: the data have no column 'z'
    """


@dataclass(frozen=True)
class Moments:
    """Counts, means and cross-products of the level-1 columns in each of J groups.

    Whatever the number of rows, they are all that a model with one grouping factor takes from the
    data. The first column is the constant 1, named ``"Intercept"``.

    Parameters
    ----------
    labels
        The groups' labels, shape (J,), in sorted order.
    columns
        The names of the k columns.
    n
        How many units each group has, shape (J,).
    means
        Each column's mean in each group, shape (k, J), in the column's units.
    products
        Sums over a group's units of the products of two columns, each less its group mean; shape
        (k, k, J), in the product of their units.
    group_columns
        Level-2 columns, which have one value a group: a frame with `labels` as its index.

    Notes
    -----
    Moments of two parts of the rows are merged by the pairwise update of Chan, Golub and LeVeque
    (1983, Am. Stat. 37(3)), which keeps the digits that raw sums of squares would lose.

    Examples
    --------
    >>> data = pd.DataFrame({"g": ["b", "a", "b"], "x": [1.0, 5.0, 3.0]})
    >>> moments = Moments.from_frame(data, "g", ["x"])
    >>> list(moments.labels), moments.n.tolist(), moments.means[1].tolist()
    (['a', 'b'], [1, 2], [5.0, 2.0])
    >>> moments.products[1, 1].tolist()
    [0.0, 2.0]
    """

    labels: pd.Index
    columns: tuple[str, ...]
    n: np.ndarray
    means: np.ndarray
    products: np.ndarray
    group_columns: pd.DataFrame

    @classmethod
    def from_frame(
        cls, data: Any, groups: str, columns: Sequence[str], group_columns: Sequence[str] = ()
    ) -> "Moments":
        """Take the moments of a frame's columns.

        Parameters
        ----------
        data
            Any frame that narwhals reads: pandas, Polars, PyArrow; or one that another machine
            sums up, such as a DuckDB relation, a lazy Polars frame or a Spark frame.
        groups
            The column that tells groups apart.
        columns
            Numeric level-1 columns.
        group_columns
            Columns with one value in each group, to be kept beside the moments.

        Raises
        ------
        FitError
            If a column is not in the data, has missing or infinite values or is no number, or if
            a group column varies within a group.

        Examples
        --------
        >>> data = pd.DataFrame({"g": [1, 1, 2], "x": [0.0, 2.0, 9.0], "w": ["p", "p", "q"]})
        >>> Moments.from_frame(data, "g", ["x"], ["w"]).group_columns["w"].tolist()
        ['p', 'q']
        """
        frame = nw.from_native(data)
        schema = frame.collect_schema()
        check_known([groups, *columns, *group_columns], schema.names())
        _check_numbers(schema, columns)
        check_complete(frame, [groups, *columns, *group_columns])
        if isinstance(frame, nw.LazyFrame):
            return _summed_elsewhere(frame, groups, columns, group_columns)
        codes, labels = group_codes(frame, groups)
        arrays = [frame.get_column(name).to_numpy() for name in columns]
        chunks = (
            np.array([array[rows] for array in arrays], dtype=float).reshape(len(arrays), -1)
            for rows in row_slices(len(codes))
        )
        moments = cls.from_chunks(codes, labels, tuple(columns), chunks)
        values = {name: _value_a_group(frame, name, codes, len(labels)) for name in group_columns}
        return moments.with_group_columns(values)

    @classmethod
    def from_chunks(
        cls,
        codes: np.ndarray,
        labels: pd.Index,
        columns: Sequence[str],
        chunks: Iterator[np.ndarray],
    ) -> "Moments":
        """Take the moments of columns that come in chunks of :data:`CHUNK` rows.

        Parameters
        ----------
        codes
            Each row's place in `labels`, shape (N,).
        labels
            The groups' labels, shape (J,).
        columns
            The names of the level-1 columns.
        chunks
            Arrays of shape (number of columns, up to CHUNK rows), in the order of the rows.

        Raises
        ------
        FitError
            If a value is missing or infinite.

        Examples
        --------
        >>> one = np.array([[1.0, 3.0, 4.0]])
        >>> Moments.from_chunks(np.array([0, 0, 1]), pd.Index([7, 8]), ["x"], iter([one])).n
        array([2, 1])
        """
        k, n_groups = len(columns) + 1, len(labels)
        n = np.zeros(n_groups)
        means, products = np.zeros((k, n_groups)), np.zeros((k, k, n_groups))
        means[0] = 1.0
        for rows, chunk in zip(row_slices(len(codes)), chunks, strict=True):
            _check_finite(columns, chunk.sum(axis=1))
            first, last = codes[rows].min(), codes[rows].max() + 1
            part = slice(first, last)
            _merge(
                n[part],
                means[1:, part],
                products[1:, 1:, part],
                *_in_groups(codes[rows] - first, chunk),
            )
        return cls(
            labels,
            (CONSTANT, *columns),
            n.astype(np.int64),
            means,
            products,
            pd.DataFrame(index=labels),
        )

    @cached_property
    def n_rows(self) -> int:
        """The number of rows behind the moments."""
        return int(self.n.sum())

    @cached_property
    def grand_means(self) -> np.ndarray:
        """Each column's mean over all rows, shape (k,)."""
        return self.means @ self.n / self.n_rows

    @cached_property
    def total_products(self) -> np.ndarray:
        """Sums over all rows of the products of two columns, each less its mean; shape (k, k)."""
        apart = self.means - self.grand_means[:, None]
        return self.products.sum(axis=-1) + (apart * self.n) @ apart.T

    def with_group_columns(self, values: Mapping[str, Any]) -> "Moments":
        """Return the same moments with more level-2 columns, one value a group.

        Examples
        --------
        >>> moments = Moments.from_frame(pd.DataFrame({"g": [1, 2], "x": [0.0, 1.0]}), "g", ["x"])
        >>> moments.with_group_columns({"w": ["a", "b"]}).group_columns["w"].tolist()
        ['a', 'b']
        """
        columns = {
            name: (v.reindex(self.labels) if isinstance(v, pd.Series) else np.asarray(v))
            for name, v in values.items()
        }
        frame = self.group_columns.assign(**columns)
        return self._replace(group_columns=frame)

    def mapped(self, columns: Sequence[str], means: np.ndarray, slopes: np.ndarray) -> "Moments":
        """Return the moments of new columns, each linear in the old ones within every group.

        Parameters
        ----------
        columns
            The m new columns' names, the constant not among them.
        means
            The new columns' group means, shape (m, J).
        slopes
            How much a new column changes with an old one within each group, shape (m, k, J).

        Examples
        --------
        >>> data = pd.DataFrame({"g": [1, 1, 2], "x": [0.0, 2.0, 9.0]})
        >>> moments = Moments.from_frame(data, "g", ["x"])
        >>> twice = moments.mapped(["twice"], 2 * moments.means[1:], np.full((1, 2, 2), 2.0))
        >>> twice.products[1, 1].tolist()
        [8.0, 0.0]
        """
        m = len(columns)
        new_means = np.vstack([np.ones_like(self.n, dtype=float), means])
        new_products = np.zeros((m + 1, m + 1, len(self.n)))
        new_products[1:, 1:] = np.einsum(
            "akj,klj,blj->abj", slopes, self.products, slopes, optimize=True
        )
        return self._replace(columns=(CONSTANT, *columns), means=new_means, products=new_products)

    def _replace(self, **fields: Any) -> "Moments":
        return Moments(**{name: getattr(self, name) for name in self.__dataclass_fields__} | fields)


def check_known(names: Iterable[str], known: Sequence[str]) -> None:
    """Refuse names that are not among the data's columns."""
    for name in names:
        if name not in known:
            raise FitError(f"the data have no column {name!r}{did_you_mean(name, known)}")


def check_complete(frame: nw.DataFrame[Any] | nw.LazyFrame[Any], names: Iterable[str]) -> None:
    """Refuse columns with missing values, whatever the frame calls them."""
    schema, names = frame.collect_schema(), list(dict.fromkeys(names))
    if isinstance(frame, nw.DataFrame):
        counts = {x: int(_missing(frame.get_column(x), schema[x]).sum()) for x in names}
    elif names:
        counted = frame.select(*(_missing(nw.col(x), schema[x]).sum().alias(x) for x in names))
        counts = {x: int(n) for x, n in counted.collect().rows(named=True)[0].items()}
    else:
        counts = {}
    lacking = {x: n for x, n in counts.items() if n}
    if lacking:
        listed = ", ".join(f"{n:,} in {name!r}" for name, n in lacking.items())
        raise FitError(
            f"the data have missing values: {listed}; leave those rows out, with "
            f".dropna(subset={list(lacking)})"
        )


def _missing(values: Any, kind: nw.dtypes.DType) -> Any:
    """Say which values of a column, or of an expression for one, are missing."""
    return (values.is_null() | values.is_nan()) if kind.is_float() else values.is_null()


def group_ids(frame: nw.DataFrame[Any], groups: str) -> pd.Series:
    """Return the groups' column as pandas has it, whatever the frame."""
    ids = frame.get_column(groups)
    native = ids.to_native()
    return native if isinstance(native, pd.Series) else pd.Series(ids.to_numpy())


def group_codes(frame: nw.DataFrame[Any], groups: str) -> tuple[np.ndarray, pd.Index]:
    """Return each row's group as a place in the sorted labels, and the labels."""
    values = group_ids(frame, groups)
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.cat.remove_unused_categories()
    codes, labels = pd.factorize(values)
    labels = pd.Index(labels)
    try:
        order = labels.argsort()
    except TypeError:  # numbers and texts side by side
        order = labels.astype(str).argsort()
    # Places fit into four bytes, which halves what a long frame needs for them.
    place = np.empty(len(labels), dtype=np.int32)
    place[order] = np.arange(len(labels), dtype=np.int32)
    return place[codes], labels[order].rename(groups)


def row_slices(n_rows: int, size: int | None = None) -> Iterator[slice]:
    """Cut the rows into pieces of a size, :data:`CHUNK` unless another is given."""
    size = CHUNK if size is None else size
    return (slice(start, min(start + size, n_rows)) for start in range(0, n_rows, size))


def _check_numbers(schema: nw.Schema, names: Iterable[str]) -> None:
    for name in names:
        if not (schema[name].is_numeric() or schema[name] == nw.Boolean):
            raise FitError(f"{name!r} holds {schema[name]}, not numbers")


def _check_finite(names: Iterable[str], sums: np.ndarray) -> None:
    """Refuse the first column whose sum is not finite, and so some value of it."""
    for name, total in zip(names, sums, strict=True):
        if not np.isfinite(total):
            raise FitError(f"{name!r} has infinite values; leave those rows out")


def _in_groups(codes: np.ndarray, chunk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return count, means and centred products of a chunk's columns, by code."""
    n_groups = int(codes.max()) + 1
    n = np.bincount(codes, minlength=n_groups).astype(float)
    divisor = np.maximum(n, 1.0)
    means = np.array([np.bincount(codes, x, n_groups) for x in chunk]).reshape(-1, n_groups)
    means /= divisor
    centred = [x - mean[codes] for x, mean in zip(chunk, means, strict=True)]
    products = np.empty((len(chunk), len(chunk), n_groups))
    for a, b in combinations_with_replacement(range(len(chunk)), 2):
        products[a, b] = products[b, a] = np.bincount(codes, centred[a] * centred[b], n_groups)
    return n, means, products


def _merge(
    n: np.ndarray,
    means: np.ndarray,
    products: np.ndarray,
    more_n: np.ndarray,
    more_means: np.ndarray,
    more_products: np.ndarray,
) -> None:
    """Add the moments of more rows of the same groups, in place."""
    total = n + more_n
    share = more_n / np.maximum(total, 1.0)
    step = more_means - means
    products += more_products
    weighted = step * (n * share)
    for a in range(len(step)):
        products[a] += step * weighted[a]
    means += step * share
    n[:] = total


def _value_a_group(
    frame: nw.DataFrame[Any], name: str, codes: np.ndarray, n_groups: int
) -> np.ndarray:
    """Return a level-2 column's value in each group."""
    kinds, values = pd.factorize(frame.get_column(name).to_numpy())
    first = np.zeros(n_groups, dtype=np.intp)
    first[codes[::-1]] = kinds[::-1]
    _check_level_2(name, np.unique(codes[kinds != first[codes]]).size)
    return np.asarray(values)[first]


def _check_level_2(name: str, varying: int) -> None:
    if varying:
        raise FitError(
            f"{name!r} has more than one value in {varying:,} of the groups; it is a level-1 column"
        )


def _summed_elsewhere(
    frame: nw.LazyFrame[Any], groups: str, columns: Sequence[str], group_columns: Sequence[str]
) -> Moments:
    """Have a lazy frame's own engine sum the moments."""
    pairs = list(combinations_with_replacement(range(len(columns)), 2))
    values = [nw.col(x).cast(nw.Float64) for x in columns]
    centred = [x - x.mean().over(groups) for x in values]
    sums = (
        frame.with_columns(
            *(x.alias(f"mean_{a}") for a, x in enumerate(values)),
            *((centred[a] * centred[b]).alias(f"product_{a}_{b}") for a, b in pairs),
        )
        .group_by(groups)
        .agg(
            nw.len().alias("n"),
            *(nw.col(f"mean_{a}").mean() for a in range(len(columns))),
            *(nw.col(f"product_{a}_{b}").sum() for a, b in pairs),
            *(nw.col(w).min().alias(f"first_{i}") for i, w in enumerate(group_columns)),
            *(nw.col(w).max().alias(f"last_{i}") for i, w in enumerate(group_columns)),
        )
        .sort(groups)
        .collect()
    )
    n_groups, k = len(sums), len(columns) + 1
    means, products = np.zeros((k, n_groups)), np.zeros((k, k, n_groups))
    means[0] = 1.0
    for a in range(len(columns)):
        means[a + 1] = sums.get_column(f"mean_{a}").to_numpy()
    for a, b in pairs:
        column = sums.get_column(f"product_{a}_{b}").to_numpy()
        products[a + 1, b + 1] = products[b + 1, a + 1] = column
    _check_finite(columns, means[1:].sum(axis=1))
    values_of = {}
    for i, name in enumerate(group_columns):
        values_of[name] = sums.get_column(f"first_{i}").to_numpy()
        _check_level_2(
            name, int((values_of[name] != sums.get_column(f"last_{i}").to_numpy()).sum())
        )
    labels = pd.Index(sums.get_column(groups).to_numpy(), name=groups)
    n = sums.get_column("n").to_numpy().astype(np.int64)
    moments = Moments(labels, (CONSTANT, *columns), n, means, products, pd.DataFrame(index=labels))
    return moments.with_group_columns(values_of)
