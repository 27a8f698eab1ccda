"""Numbers are written with the digits they deserve, and a study's words stay words."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Estimate, count, interval, number, p_value, percent, words
from helpers.course.findings import Finding, direction
from helpers.study.file import Study
from helpers.text import NOT_AVAILABLE

sizes = st.floats(1e-4, 1e7)
signs = st.sampled_from([-1.0, 1.0])


def estimate(low: float, high: float) -> Estimate:
    middle, error = (low + high) / 2, (high - low) / 4
    return Estimate("total", "fixed", "x", middle, error, 10.0, low, high)


@given(sizes, signs, st.floats(1e-3, 1))
def test_a_number_is_rounded_by_less_than_a_tenth_of_its_standard_error(
    value: float, sign: float, share: float
) -> None:
    error = value * share
    written = float(number(sign * value, error).replace(",", ""))
    assert abs(written - sign * value) <= 0.0501 * error


@given(sizes, signs)
def test_a_number_without_standard_error_keeps_three_digits(value: float, sign: float) -> None:
    written = float(number(sign * value).replace(",", ""))
    assert written == pytest.approx(sign * value, rel=0.0051)


@given(st.floats(0, 1))
def test_no_p_value_reads_as_zero(p: float) -> None:
    assert p_value(p) not in ("p = 0", "p = 0.00", "p = 0.000", "p = 1.00")


@given(st.floats(1e-9, 1 - 1e-9))
def test_no_share_is_rounded_to_none_or_all(share: float) -> None:
    assert percent(share) not in ("0%", "0.0%", "100%", "100.0%")


def test_numbers_that_are_not_defined_are_not_written_as_numbers() -> None:
    for written in (number(math.nan), number(math.inf), percent(math.nan)):
        assert written == NOT_AVAILABLE
    assert p_value(math.nan) == f"p {NOT_AVAILABLE}"
    assert interval(estimate(math.nan, math.nan)) == f"95% interval {NOT_AVAILABLE}"


def test_no_zero_has_a_sign() -> None:
    assert number(-1e-17) == "0"
    assert number(-0.0004, std_error=0.5) == "0.00"


@given(st.floats(-5, 5), st.floats(0.01, 5))
def test_a_direction_follows_its_interval(low: float, width: float) -> None:
    expected = "higher" if low > 0 else "lower" if low + width < 0 else "unclear"
    assert direction(estimate(low, low + width)) is Finding(expected)


def test_an_interval_that_is_not_defined_supports_no_direction() -> None:
    assert direction(estimate(math.nan, math.nan)) is Finding.UNCLEAR


@given(st.text(alphabet="a_*`$<>[]#|\\ ", min_size=1))
def test_labels_cannot_become_markdown(label: str) -> None:
    study = Study.model_validate(
        {
            "data": "x.csv",
            "group": {"column": "g", "many": label},
            "outcome": {"column": "y", "label": label},
            "predictor": {"column": "x"},
        }
    )
    for written in (words(study).groups, words(study).y):
        bare = written.replace("&lt;", "").replace("&gt;", "")
        assert "<" not in bare
        for mark in "_*`$[]#|":
            assert bare.count(mark) == bare.count(f"\\{mark}")


def test_counts_agree_with_their_nouns() -> None:
    study = Study.model_validate(
        {"data": "x.csv", "group": {"column": "g", "one": "ox", "many": "oxen"}}
        | {"outcome": {"column": "y"}, "predictor": {"column": "x"}}
    )
    assert [count(n, study.group) for n in (1, 2, 1234)] == ["1 ox", "2 oxen", "1,234 oxen"]
