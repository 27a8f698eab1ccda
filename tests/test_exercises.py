"""Exercises: every one has its place in a chapter, a right answer, and replies to its mistakes."""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS
from made_up import KEYS, clinics, two_level, with_kinds, write_study
from nbformat import NotebookNode

from helpers import Check, Estimate, read_study
from helpers.chapters.checking import ANSWERS
from helpers.course.exercises.facts import Facts, slope
from helpers.course.exercises.kinds import Choice, NoAnswerError, Number

VERDICTS = {
    False: {True: "right", False: "not yet"},
    True: {True: "you saw it coming", False: "it came out differently"},
}
STUDIES = ("hsb", "radon", "sleepstudy", "blackmore")


@pytest.fixture(scope="module", params=STUDIES)
def check(request: pytest.FixtureRequest) -> Check:
    return Check(request.param)


def cells() -> list[NotebookNode]:
    return [c for path in CHAPTERS for c in nbformat.read(path, as_version=4).cells]


def tagged(tag: str) -> list[NotebookNode]:
    return [cell for cell in cells() if tag in cell.metadata.get("tags", [])]


def asked() -> dict[str, NotebookNode]:
    """Return the cells that pose a question, by the exercise's number."""
    found = (re.fullmatch("(?:ask|predict)-(.*)", cell.id) for cell in tagged("exercise"))
    return {id_[1]: cell for id_, cell in zip(found, tagged("exercise"), strict=True) if id_}


def test_every_exercise_has_a_question_an_answer_cell_and_an_answer() -> None:
    checked = [re.search(r'check\("(.*?)"', cell.source)[1] for cell in tagged("answer")]
    assert sorted(checked) == sorted(ANSWERS) == sorted(asked())


def test_every_exercise_but_a_prediction_has_a_hint_and_a_folded_solution() -> None:
    posed = {name: cell.source for name, cell in asked().items() if name[3].isdigit()}
    solved = {cell.id.removeprefix("solution-"): cell for cell in tagged("solution")}
    assert set(solved) == set(posed)
    for name, cell in solved.items():
        assert "<details><summary>Hint</summary>" in posed[name]
        assert cell.source.startswith(f"# Solution to {name}")
        assert re.search(rf'check\("{name}", .*, folded=True\)$', cell.source)
        for output in cell.outputs:
            assert output.data["text/markdown"].startswith("<details><summary>")
        assert "hide-cell" in cell.metadata.tags
        assert cell.metadata.jupyter.source_hidden
        assert cell.metadata.jupyter.outputs_hidden


def test_a_chapter_has_three_to_five_exercises_in_three_tiers_and_two_predictions() -> None:
    exercises, predictions = defaultdict(list), defaultdict(int)
    for name, cell in asked().items():
        if name[3].isdigit():
            exercises[name[:2]].append(re.search(r"^### \S+ · (.*)$", cell.source, re.M)[1])
        else:
            predictions[name[:2]] += 1
            assert cell.source.startswith("**Predict before you run.**")
    assert len(exercises) == len(CHAPTERS)
    for tiers in exercises.values():
        assert 3 <= len(tiers) <= 5
        assert list(dict.fromkeys(tiers)) == ["Explain it", "Compute it", "Stretch it"]
    assert set(predictions.values()) == {2}


def test_every_option_has_its_reason_and_every_reason_its_option() -> None:
    check = Check("hsb")
    for name, cell in asked().items():
        options = re.findall(r"^- \*\*([A-D])\*\* ", cell.source, flags=re.M)
        answer = check.answer_to(name)
        assert options == (list(answer.reasons) if isinstance(answer, Choice) else [])
        for letter in options:
            reply = check.reply(name, letter.lower())
            assert reply.verdict == VERDICTS[name[3].isalpha()][letter == answer.right]
            assert reply.text


def test_no_number_is_given_away_by_a_committed_answer_cell() -> None:
    for cell in tagged("answer"):
        (output,) = cell.outputs
        assert "not attempted yet" in output.data["text/markdown"]
        assert re.search(r"^(answer|prediction) = \.\.\.  # ", cell.source)


def numbers(check: Check) -> Iterator[tuple[str, Number]]:
    """Yield the exercises whose answer is a number, where the study has one."""
    for name in ANSWERS:
        with suppress(NoAnswerError):
            answer = check.answer_to(name)
            if isinstance(answer, Number):
                yield name, answer


def test_each_named_mistake_gets_its_own_reply(check: Check) -> None:
    n_mistakes = 0
    for name, answer in numbers(check):
        replies = {}  # of two mistakes with one value, the first is named
        for said, value in answer.named_mistakes().items():
            replies.setdefault(round(value, 10), (said, value))
        for said, value in replies.values():
            assert check.reply(name, value).text == said
            n_mistakes += 1
    assert n_mistakes > 25


def test_the_right_number_is_right_however_it_is_given(check: Check) -> None:
    for name, answer in numbers(check):
        value = answer.value
        estimate = Estimate("m", "fixed", "x", value)
        for given in (value, np.float64(value), pd.Series([value]), [value], estimate):
            assert check.reply(name, given).verdict == "right"
        if abs(value) > 1e-6 and not answer.whole:
            for digits in (3, 4):
                assert check.reply(name, float(f"{value:.{digits}g}")).verdict == "right"
            # Two digits may also be three of a mistake, which has the last zero unseen.
            by_two = check.reply(name, float(f"{value:.2g}"))
            assert by_two.verdict == "right" or by_two.text in answer.named_mistakes()


def test_a_number_of_units_is_a_whole_one() -> None:
    check = Check("hsb")
    assert check.answer_to("05-4").value == 41
    for given in (40.9, 40.90247, "40,9"):
        assert check.reply("05-4", given).text == "Units come whole: round up."
    assert check.reply("05-4", 41.2).text == "A whole number is asked for."
    assert check.reply("05-4", 41).verdict == "right"


def test_the_mistakes_that_the_course_warns_of_are_named_on_its_own_data() -> None:
    check = Check("hsb")
    by_ml = check.reply("04-4", 2.64704)
    assert "by ML" in by_ml.text
    assert "standard deviation" in check.reply("04-4", 1.6409).text
    assert "percentage" in check.reply("05-3", 69.4).text
    assert "slope between groups" in check.reply("04-3", 5.866).text
    assert "the model's is the within slope" in check.reply("03-2", 14.757).text
    assert "the pair that the figure marks" in check.reply("03-2", 6.666).text
    assert "leaves out the group with the most units" in check.reply("03-3", 2.2183).text
    assert "what the regression of deviations prints" in check.reply("03-4", 0.10818).text


def test_no_slope_is_right_that_leaves_out_another_group() -> None:
    check, facts = Check("hsb"), Facts(read_study("hsb"))
    spreads = (facts.within("ses") ** 2).groupby(facts.data["schoolid"]).sum()
    others = spreads.index.drop(spreads.idxmax())
    for school in others:
        rest = facts.data["schoolid"] != school
        without = slope(facts.within("ses")[rest], facts.within("mathach")[rest])
        assert check.reply("03-3", without).verdict == "not yet"


def test_an_answer_that_is_not_attempted_is_no_error() -> None:
    check = Check("hsb")
    assert check.reply("01-2", ...).verdict == "not attempted yet"
    assert check.reply("01-1", None).verdict == "not attempted yet"


def test_an_answer_of_another_kind_is_told_what_is_asked_for() -> None:
    check = Check("hsb")
    assert "the text 'a lot'; write the number without quotes" in check.reply("01-2", "a lot").text
    assert "a DataFrame with 2 values" in check.reply("01-2", pd.DataFrame({"a": [1, 2]})).text
    assert "bool" in check.reply("01-2", True).text
    assert "no finite number (nan)" in check.reply("01-2", float("nan")).text
    assert "no finite number (inf)" in check.reply("01-2", float("inf")).text
    assert 'from "A" to "D"' in check.reply("01-1", "E").text
    assert 'from "A" to "D"' in check.reply("01-1", 2).text
    assert check.reply("01-2", 3.3).verdict == "not yet"
    assert "rounded too far" in check.reply("01-2", 0.3).text


def test_an_exercise_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="no exercise '04-9'; did you mean '04-"):
        Check("hsb")("04-9", 1)


def test_what_a_reader_does_to_the_data_changes_no_answer() -> None:
    study = read_study("hsb")
    check, before = Check(study), Check("hsb").answer_to("01-2").value
    data = study.frame
    data["ses"] = 0.0
    assert check.answer_to("01-2").value == before


def test_a_study_that_lacks_what_is_asked_for_is_told_so(tmp_path: Path) -> None:
    frame, keys = clinics()
    check = Check(str(write_study(tmp_path, frame, keys)))
    reply = check.reply("06-3", 4.2)
    assert reply.verdict == "no answer"
    assert "no level-2 predictor" in reply.text
    assert "same mean" in Check("early").reply("04-3", ...).text


def test_a_prediction_is_judged_by_the_study_at_hand(tmp_path: Path) -> None:
    steep = two_level(sizes=[20] * 30, within=0.2, between=3, sd_group=0.5)
    flat = two_level(sizes=[20] * 30, within=3, between=0.2, sd_group=0.5)
    path = write_study(tmp_path / "steep", steep, KEYS)
    assert Check(str(path)).reply("02-a", "A").verdict == "you saw it coming"
    path = write_study(tmp_path / "flat", flat, KEYS)
    assert Check(str(path)).reply("02-a", "B").verdict == "you saw it coming"


def test_answers_follow_the_units_of_the_outcome(tmp_path: Path) -> None:
    frame = two_level(sizes=[8, 12, 30] * 8, within=1, between=2, sd_group=0.8)
    frame = with_kinds(frame, difference=1, interaction=0.5)
    keys = KEYS | {"group_predictor": {"column": "w"}}
    check = Check(str(write_study(tmp_path / "one", frame, keys)))
    frame["y"] *= 100
    scaled = Check(str(write_study(tmp_path / "hundred", frame, keys)))
    powers = {
        "01-2": 0,
        "01-3": 1,
        "02-3": 1,
        "03-2": 1,
        "04-2": 1,
        "04-4": 2,
        "05-2": 0,
        "06-4": 1,
    }
    for name, power in powers.items():
        one, hundred = check.answer_to(name).value, scaled.answer_to(name).value
        assert hundred == pytest.approx(one * 100**power, rel=1e-6)
