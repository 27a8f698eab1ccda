"""An answer counts as it was meant: by the digits it is given with, and however it is written."""

import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.course.exercises.kinds import TOO_FAR, Choice, Number, number_in

values = st.floats(1e-5, 1e6).flatmap(lambda size: st.sampled_from([size, -size]))
digits = st.integers(2, 6)
SAID = "This is another number."


def rounded(value: float, n_digits: int) -> float:
    return float(f"{value:.{n_digits - 1}e}")


def last_place(value: float, n_digits: int) -> float:
    return 10.0 ** (math.floor(math.log10(abs(value))) - n_digits + 1)


@given(values, digits)
def test_a_number_is_right_at_any_digits_from_two_on(value: float, n_digits: int) -> None:
    assert Number(value, "").reply_to(rounded(value, n_digits)).verdict == "right"


@given(values, digits, st.integers(1, 9).flatmap(lambda n: st.sampled_from([n, -n])))
def test_a_number_whose_last_digit_is_off_is_not_right(
    value: float, n_digits: int, off: int
) -> None:
    answer = rounded(rounded(value, n_digits) + off * last_place(value, n_digits), n_digits)
    assume(abs(answer - value) > 0.501 * last_place(value, n_digits))  # a tie has two neighbours
    # Of fewer digits it may be the right one again: 14 is, where 13.96 is the answer.
    assume(all(answer != rounded(value, fewer) for fewer in range(2, n_digits)))
    assert Number(value, "").reply_to(answer).verdict == "not yet"


@given(values)
def test_one_digit_is_rounded_too_far(value: float) -> None:
    answer = rounded(value, 1)
    assume(abs(answer - value) > 0.501 * last_place(value, 2))
    assert Number(value, "").reply_to(answer).text == TOO_FAR


@given(st.integers(10, 10**6), st.integers(1, 4))
def test_a_tie_may_be_rounded_either_way(whole: int, places: int) -> None:
    value = (whole + 0.5) / 10**places
    answer = Number(value, "")
    for neighbour in (whole, whole + 1):
        assert answer.reply_to(neighbour / 10**places).verdict == "right"


@given(values, values, digits)
def test_a_mistake_is_named_where_it_fits_better_than_the_answer(
    value: float, mistaken: float, n_digits: int
) -> None:
    assume(not math.isclose(value, mistaken, rel_tol=1e-5))
    answer = Number(value, "", {SAID: mistaken})
    assert answer.reply_to(mistaken).text == SAID
    given_ = rounded(mistaken, n_digits)
    assume(given_ != rounded(value, n_digits))
    assert answer.reply_to(given_).text == SAID or given_ in (
        rounded(value, fewer) for fewer in range(2, n_digits)
    )


@given(values, values)
def test_no_mistake_takes_the_answer_away(value: float, mistaken: float) -> None:
    assert Number(value, "", {SAID: mistaken}).reply_to(value).verdict == "right"


@given(st.integers(1, 10**6), st.floats(-0.5, 0.5))
def test_a_count_is_right_as_a_whole_number_only(count: int, off: float) -> None:
    answer = Number(count, "", whole=True)
    assert (answer.reply_to(count + off).verdict == "right") == (count + off == count)


def test_another_programs_last_digits_make_no_mistake() -> None:
    answer = Number(4.76811, "")
    assert answer.reply_to(4.768093117).verdict == "right"
    assert answer.reply_to(4.78012345).verdict == "not yet"


@given(st.floats(-1e-4, 1e-4))
def test_a_number_that_is_next_to_nothing_needs_the_digits_of_its_standard_error(
    value: float,
) -> None:
    assert Number(value, "", std_error=0.3).reply_to(0.0).verdict == "right"


@given(st.integers(0, 10**9), st.integers(0, 5), st.sampled_from(["", "-"]))
def test_a_number_is_understood_with_points_or_commas(units: int, places: int, sign: str) -> None:
    value = float(f"{sign}{units / 10**places:.{places}f}")
    plain = f"{value:.{places}f}"
    grouped = f"{value:,.{places}f}"
    swapped = grouped.translate(str.maketrans(",.", ".,"))
    assert number_in(plain) == value
    assert number_in(f" {plain.replace('-', '−')} ") == value
    for written in (grouped, swapped, plain.replace(".", ",")):
        # Where one mark alone stands before three digits, it may be of either kind.
        if not re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", written):
            assert number_in(written) == value
    assert number_in(f"{plain} %") == value / 100


@pytest.mark.parametrize("text", ["", "a lot", "1,234", "1,2,3", "12 or 13", "0x1f", "1e", "--3"])
def test_what_is_no_one_number_is_not_taken_for_one(text: str) -> None:
    assert number_in(text) is None


@pytest.mark.parametrize("text", ["B", "b", " b)", "(B)", "B.", "'B'", "b: ", "[b]"])
def test_a_letter_is_understood_however_it_is_written(text: str) -> None:
    assert Choice("B", {"A": "", "B": ""}).letter_in(text) == "B"


@pytest.mark.parametrize("text", ["", "C", "A or B", "AB", "1", "answer B"])
def test_what_is_no_option_is_not_taken_for_one(text: str) -> None:
    assert Choice("B", {"A": "", "B": ""}).letter_in(text) == ""
