"""Numbers are written with the digits they deserve, and a study's words stay words."""

import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import Estimate, count, interval, number, p_value, percent, read_study, words
from helpers.course.findings import Finding, direction
from helpers.course.style import jittered
from helpers.course.words import interval_of_magnitude, magnitude
from helpers.study.file import Study
from helpers.text import NOT_AVAILABLE, in_formula, told_apart, with_article

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


anything = st.floats(allow_nan=False, allow_infinity=False)


@given(anything, st.one_of(st.none(), st.floats(1e-300, 1e300)))
def test_no_number_is_written_in_e_notation(value: float, error: float | None) -> None:
    for written in (number(value, error), percent(value), in_formula(number(value, error))):
        assert not re.search(r"\d[eE]", written)
        assert not re.fullmatch(r"-0(\.0+)?%?", written)


@given(st.floats(1e-9, 1e12, exclude_max=True), signs)
def test_a_number_that_can_be_read_has_no_power_of_ten(value: float, sign: float) -> None:
    assert float(number(sign * value).replace(",", "")) == pytest.approx(sign * value, rel=0.0051)


@given(st.floats(1e12, 1e300), signs)
def test_a_number_beyond_keeps_three_digits(value: float, sign: float) -> None:
    mantissa, power = in_formula(number(sign * value)).split(r" \times 10^{")
    written = float(f"{mantissa}e{power.removesuffix('}')}")
    assert written == pytest.approx(sign * value, rel=0.0051)


@given(sizes, st.floats(1e-6, 0.1))
def test_two_numbers_that_differ_are_written_unlike(value: float, share: float) -> None:
    low, high = told_apart(value, value * (1 + share))
    assert low != high


@given(sizes, st.floats(1e-5, 1))
def test_an_interval_does_not_go_from_a_number_to_itself(value: float, share: float) -> None:
    ends = value, value * (1 + share)
    profiled = Estimate("null", "variance", "icc", value, conf_low=ends[0], conf_high=ends[1])
    low, high = interval(profiled).removeprefix("95% interval ").split(" to ")
    assert low != high


@given(st.floats(-5, 5), st.floats(0.01, 5))
def test_an_interval_of_a_magnitude_holds_it(low: float, width: float) -> None:
    given_ = estimate(low, low + width)
    ends = interval_of_magnitude(given_).removeprefix("95% interval ").split(" to ")
    low_end, high_end = (float(end) for end in ends)
    assert low_end <= float(magnitude(given_)) <= high_end


def test_a_or_an_follows_the_sound() -> None:
    heard = (
        "a school|an island|an hour|an honest man|a unit|an uninsured man|a university|a user"
        "|an urn|a European|a ewe|an eye|a one-off|an onion|an 80-year-old|an MRI|a UK firm|a man"
        "|an X-ray|an area|a house|an heir|a utility|an utterance|an umbrella|an 11th|a 110th"
    )
    for phrase in heard.split("|"):
        assert with_article(phrase.partition(" ")[2]) == phrase


def test_a_predictor_with_two_levels_is_spoken_of_by_them() -> None:
    frame = pd.DataFrame({"g": [1, 1, 2, 2], "x": [0, 1, 1, 0], "y": [1.0, 2.0, 4.0, 3.0]})
    for names, step, mean in (
        (("female", "male"), "for male compared with female pups", "share of male pups"),
        (("no", "yes"), "where dose is yes rather than no", "share with dose yes"),
    ):
        study = pups(levels=dict(enumerate(names)))
        study = study.with_rows(frame, 4, {}, {"x": list(names)}, np.arange(4), [], {})
        word = words(study)
        assert (word.x_step, word.x_mean, word.x_levels) == (step, mean, names)
        assert word.x_coding == f"dose: 0 {names[0]}, 1 {names[1]}"
    word = words(pups(units="mg"))
    assert (word.x_step, word.x_mean) == ("where dose (mg) is higher by 1", "mean dose")
    assert (word.x_coding, word.x_levels) == ("", None)


def pups(**of_x: Any) -> Study:
    """Return a study of pups and their dose, without data."""
    given_: dict[str, Any] = {"data": "x.csv", "unit": {"one": "pup"}, "group": {"column": "g"}}
    given_ |= {"outcome": {"column": "y"}, "predictor": {"column": "x", "label": "dose"} | of_x}
    return Study.model_validate(given_)


def test_points_are_set_beside_each_other_whatever_the_order_of_the_rows() -> None:
    study = read_study("radon")
    rows = study.frame.sample(frac=1, random_state=0).reset_index(drop=True)
    again = study.with_rows(rows, len(rows), {}, study.levels, np.arange(len(rows)), [], {})
    drawn = [
        sorted(zip(jittered(one, one.frame["floor"]), one.frame["log_radon"], strict=True))
        for one in (study, again)
    ]
    assert drawn[0] == drawn[1]
    some = study.frame["floor"].iloc[5:50]
    moved = jittered(study, some)
    assert list(moved.index) == list(some.index)
    assert np.array_equal(moved.round(), some)
    assert moved.nunique() == len(some)
    plain = read_study("hsb")
    assert jittered(plain, plain.frame["ses"]).equals(plain.frame["ses"])


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
