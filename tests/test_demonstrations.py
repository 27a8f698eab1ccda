"""Live demonstrations say what their pictures show, and what algebra and the fitters say too."""

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from made_up import KEYS, clinics, two_level, write_study
from matplotlib.figure import Figure
from matplotlib.text import Text
from scipy.stats import norm

from helpers import fit_mixed, number, read_study
from helpers.course.demonstrations.live import Player
from helpers.course.demonstrations.simulated import (
    BetweenWithinDemonstration,
    Demonstration,
    Fitted,
    IccDemonstration,
    NaiveErrorDemonstration,
    ShrinkageDemonstration,
)
from helpers.models.reml import Reduced
from helpers.study.file import STUDY_FOLDERS, Study

KINDS = (
    BetweenWithinDemonstration,
    IccDemonstration,
    ShrinkageDemonstration,
    NaiveErrorDemonstration,
)
STUDIES = ("hsb", "sleepstudy", "wages")

each_kind = pytest.mark.parametrize("kind", KINDS)
on_studies = pytest.mark.parametrize("study", STUDIES)


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))]


@pytest.fixture
def relief(tmp_path: Path) -> Study:
    return read_study(write_study(tmp_path, *clinics()))


@each_kind
def test_a_redraw_takes_at_most_200_ms(kind: type[Demonstration]) -> None:
    demonstration = kind(read_study("hsb"))
    demonstration.advance(demonstration.start)
    spent = []
    for _ in range(5):
        begin = time.process_time()
        demonstration.picture(demonstration.start)
        demonstration.say(demonstration.start)
        spent.append(time.process_time() - begin)
    assert min(spent) < 0.2


@each_kind
def test_it_speaks_the_studys_words(kind: type[Demonstration], relief: Study) -> None:
    demonstration = kind(relief)
    sentence = demonstration.say(demonstration.start)
    assert "patients" in sentence
    assert "clinic" in sentence
    drawn = [text.get_text() for text in demonstration.draw(demonstration.start).findobj(Text)]
    assert any("clinic" in text for text in drawn) or kind is NaiveErrorDemonstration
    assert demonstration.start in demonstration.values


@each_kind
@pytest.mark.parametrize("study", sorted(path.stem for path in STUDY_FOLDERS[0].glob("*.yaml")))
def test_it_draws_and_speaks_on_every_study(kind: type[Demonstration], study: str) -> None:
    demonstration = kind(read_study(study))
    assert demonstration.draw(demonstration.start).axes
    assert "nan" not in demonstration.say(demonstration.start)


# -- between and within --------------------------------------------------------------------------


def test_the_slopes_that_it_names_are_those_of_the_units_drawn() -> None:
    demonstration = BetweenWithinDemonstration(read_study("hsb"))
    for value in demonstration.values:
        x, y = demonstration.drawn(value)
        means = x.mean(axis=1), y.mean(axis=1)
        deviations = x - means[0][:, None], y - means[1][:, None]
        within = (deviations[0] * deviations[1]).sum() / (deviations[0] ** 2).sum()
        assert within == pytest.approx(demonstration.within)
        assert 3 * (means[0] ** 2).sum() / (x**2).sum() == pytest.approx(value)
        total = np.polyfit(x.ravel(), y.ravel(), 1)[0]
        assert demonstration.total(value) == pytest.approx(total, abs=1e-12)
        sentence = demonstration.say(value)
        if value > 0:
            assert np.polyfit(*means, 1)[0] == pytest.approx(demonstration.between)
            assert float(re.search(r"= (-?[\d.]+)\. ", sentence)[1]) == pytest.approx(
                total, abs=0.005
            )
        assert ("rises, as" in sentence) == (value > 0 and total > 1e-9)
        assert ("falls" in sentence) == (total < -1e-9)
        assert ("no between slope" in sentence) == (value == 0)


# -- the intraclass correlation ------------------------------------------------------------------


@on_studies
def test_the_icc_that_it_reports_is_that_of_the_values_shown(study: str) -> None:
    demonstration = IccDemonstration(read_study(study))
    for value in demonstration.values:
        shown = demonstration.drawn(value)
        n = shown.shape[1]
        between, within = n * shown.mean(axis=1).var(ddof=1), shown.var(axis=1, ddof=1).mean()
        anova = max(0.0, (between - within) / n / ((between - within) / n + within))
        said, low, high = numbers(demonstration.say(value).split("would estimate")[1])[:1] + [
            float(end)
            for end in re.search(
                r"interval ([\d.]+) to ([\d.]+)\)", demonstration.say(value)
            ).groups()
        ]
        assert said == pytest.approx(anova, abs=0.0006)
        assert ("holds the value" in demonstration.say(value)) == (low <= value <= high)


def test_an_interval_that_misses_the_icc_is_said_to_miss_it() -> None:
    demonstration = IccDemonstration(read_study("hsb"))
    demonstration._levels = np.zeros(demonstration.n_groups)
    assert "misses the value that was set" in demonstration.say(0.9)


def test_only_the_icc_moves_and_not_the_variance() -> None:
    study = read_study("hsb")
    demonstration = IccDemonstration(study)
    rng = np.random.default_rng(1)
    demonstration._levels = rng.standard_normal(2000)
    demonstration._errors = rng.standard_normal((2000, 25))
    for value in (0.0, 0.3, 0.9):
        shown = demonstration.drawn(value)
        assert shown.std() == pytest.approx(study.frame["mathach"].std(), rel=0.03)
        assert np.corrcoef(shown[:, 0], shown[:, 1])[0, 1] == pytest.approx(value, abs=0.06)


# -- shrinkage -----------------------------------------------------------------------------------


@on_studies
def test_lambda_is_that_of_the_studys_own_fit(study: str) -> None:
    about = read_study(study)
    demonstration = ShrinkageDemonstration(about)
    formula = f"{about.outcome.name} ~ {about.predictor.name}"
    fit = fit_mixed(formula, about.frame, about.group.name)
    for n in demonstration.values:
        share = fit.cov_re.iloc[0, 0] / (fit.cov_re.iloc[0, 0] + fit.scale / n)
        said = numbers(re.search(r" is ([\d.]+):", demonstration.say(n))[1])
        assert said == [pytest.approx(share, abs=0.006)]
        own, pooled, _ = demonstration.drawn(n)
        assert pooled == pytest.approx(share * own)


@on_studies
def test_the_errors_that_it_reports_are_those_of_the_means_shown(study: str) -> None:
    demonstration = ShrinkageDemonstration(read_study(study))
    for n in demonstration.values:
        own, pooled, true = demonstration.drawn(n)
        off = [np.sqrt(np.mean((each - true) ** 2)) for each in (own, pooled)]
        sentence = demonstration.say(n).split("true levels by")[1]
        assert numbers(sentence)[:2] == pytest.approx(off, rel=0.006)
        alike = number(off[1]) == number(off[0])
        assert ("no difference that matters." in sentence) == alike
        assert ("nearer to the truth." in sentence) == (off[1] < off[0] and not alike)


def test_luck_and_pooling_err_by_as_much_as_algebra_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShrinkageDemonstration, "n_groups", 40_000)
    demonstration = ShrinkageDemonstration(read_study("hsb"))
    tau2, sigma2 = 4.768, 37.03
    for n in (2, 20):
        own, pooled, true = demonstration.drawn(n)
        # Levels are sorted and luck is not, which makes no difference to their products.
        assert np.std(own - true) == pytest.approx(np.sqrt(sigma2 / n), rel=0.02)
        left = tau2 * sigma2 / n / (tau2 + sigma2 / n)
        assert np.std(pooled - true) == pytest.approx(np.sqrt(left), rel=0.02)


def test_without_variance_between_groups_all_are_given_the_average(tmp_path: Path) -> None:
    frame = two_level(sizes=[20] * 12, within=1.0, between=1.0, sd_group=0.0)
    frame["y"] = frame["x"] + np.resize([1.0, -1.0], len(frame))  # no group is above the line
    study = read_study(write_study(tmp_path, frame, KEYS))
    demonstration = ShrinkageDemonstration(study)
    assert demonstration.say(20).startswith(
        "In this study the variance between groups is estimated"
    )
    assert not demonstration.drawn(20)[1].any()
    demonstration.draw(20)


# -- the naive standard error --------------------------------------------------------------------


def test_its_two_fits_are_those_of_ols_and_of_fit_mixed(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Reduced] = []
    redraw = Reduced.redrawn
    monkeypatch.setattr(
        Reduced, "redrawn", lambda *given: drawn.append(redraw(*given)) or drawn[-1]
    )
    demonstration = NaiveErrorDemonstration(read_study("wages"))
    demonstration.advance(0.1)
    n, scale = demonstration.n_units, demonstration._plan.scaling.scale
    for data, found in zip(drawn[:4], demonstration._fitted[0.1], strict=False):
        # Rows that have these moments.
        group = np.repeat(np.arange(demonstration.n_groups), n)
        inside = np.tile(np.arange(n) - (n - 1) / 2, demonstration.n_groups)
        inside *= np.sqrt(data.outside[-1, -1] / (inside @ inside))
        y = scale * (data.inside[-1, 0][group] / np.sqrt(n) + inside)
        rows = pd.DataFrame({"y": y, "kind": group % 2, "group": group})
        ols, mixed = smf.ols("y ~ kind", rows).fit(), fit_mixed("y ~ kind", rows, "group")
        expected = Fitted(
            ols.params["kind"],
            ols.bse["kind"],
            ols.conf_int().loc["kind", 1] - ols.params["kind"],
            mixed.bse_fe["kind"],
            mixed.conf_int().loc["kind", 1] - mixed.fe_params["kind"],
        )
        assert found == pytest.approx(expected, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("value", [0.0, 0.2])
def test_the_naive_error_is_too_small_by_the_design_effect(value: float) -> None:
    demonstration = NaiveErrorDemonstration(read_study("wages"))
    demonstration.n_studies = n = 500
    while demonstration.advance(value):
        pass
    fitted = demonstration.fitted(value)
    assert len(fitted) == n
    design = np.sqrt(1 + (demonstration.n_units - 1) * value)
    ratio = fitted["estimate"].std() / fitted["naive_error"].mean()
    assert ratio == pytest.approx(design, rel=3 / np.sqrt(2 * n))
    assert fitted["estimate"].std() == pytest.approx(
        demonstration.error_of_estimate(value), rel=3 / np.sqrt(2 * n)
    )
    naive, mixed = demonstration.missed(value)
    expected = 2 * norm.sf(1.96 / design)
    assert naive == pytest.approx(expected, abs=3 * np.sqrt(expected * (1 - expected) / n))
    assert mixed == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / n))
    said = numbers(demonstration.say(value).split("truth in")[1])[0]
    assert said == pytest.approx(100 * naive, abs=0.5)
    assert f"= {design:.2f}." in demonstration.say(value)


def test_its_verdicts_follow_from_what_was_counted() -> None:
    demonstration = NaiveErrorDemonstration(read_study("wages"))
    hit, miss = Fitted(0.1, 1.0, 2.0, 1.0, 2.0), Fitted(3.0, 1.0, 2.0, 1.0, 2.0)
    demonstration._fitted[0.1] = [hit] * 95 + [miss] * 5
    assert demonstration.say(0.1).count("in 5.0%, the promised 5% but for chance") == 2
    demonstration._fitted[0.1] = [hit] * 1000
    assert demonstration.say(0.1).count("fewer than the promised 5%") == 2
    demonstration._fitted[0.1] = [hit] * 70 + [miss] * 30
    assert demonstration.say(0.1).count("in 30%, further from the promised 5% than chance") == 2


# -- in a notebook -------------------------------------------------------------------------------


class Counting(Demonstration):
    """A demonstration that counts to five, one a part."""

    label, values, start, alt, more = "a <b>", (1.0, 2.0), 1.0, 'a "picture"', "Count"

    def __init__(self) -> None:
        self.counted = dict.fromkeys(self.values, 0)

    def draw(self, value: float) -> Figure:
        """Draw how far it has counted."""
        figure = Figure(figsize=(0.5, 0.5))
        figure.text(0, 0, f"{value} {self.counted[value]}")
        return figure

    def say(self, value: float) -> str:
        """Say how far it has counted."""
        return f"<i> at {value:g}: {self.counted[value]}"

    def advance(self, value: float) -> bool:
        """Count one more."""
        self.counted[value] += 1
        return self.counted[value] < 5


def test_a_move_of_the_slider_changes_picture_and_sentence() -> None:
    player = Player(Counting())
    before = player.picture.value
    player.slider.value = 2.0
    assert player.picture.value != before
    assert 'alt="a &quot;picture&quot;"' in player.picture.value
    assert player.sentence.value == '<p role="status" aria-live="polite">&lt;i&gt; at 2: 0</p>'


def test_what_takes_a_while_begins_at_the_button_and_moves_on_with_the_slider() -> None:
    async def lecture() -> Counting:
        counting = Counting()
        player = Player(counting)
        await asyncio.sleep(0.05)
        assert not any(counting.counted.values())
        player.button.click()
        while counting.counted[1.0] < 2:
            await asyncio.sleep(0)
        player.slider.value = 2.0
        await player._running
        assert "at 2: 5" in player.sentence.value
        return counting

    # In a thread of its own: what drives a browser leaves an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        counted = thread.submit(asyncio.run, lecture()).result().counted
    assert counted[2.0] == 5
    assert counted[1.0] < 5
