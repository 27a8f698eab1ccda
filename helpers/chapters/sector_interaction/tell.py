"""The sentences and tables of chapter 6, one function a paragraph."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.course import findings
from helpers.course.findings import (
    Adjusted,
    Compared,
    Edge,
    Finding,
    Interaction,
    Region,
    Slopes,
    SlopeSpread,
)
from helpers.course.tell import the_study as studied
from helpers.course.tell import typed
from helpers.course.words import (
    Prose,
    count,
    interval,
    interval_of_magnitude,
    magnitude,
    with_article,
    words,
)
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.study.reading import FEW_GROUPS
from helpers.text import counted as number_of
from helpers.text import number, p_value, percent, told_apart

# In all that follows, kinds of groups and what belongs to them are empty where a study has none.


def the_study(kinds: Mapping[str, float], w_of_group: pd.Series | None, study: Study) -> Prose:
    """Say what is studied, and which kinds of groups are compared."""
    return Prose(str(studied(study)), _the_slope(study), _the_kinds(kinds, w_of_group, study))


def _the_slope(study: Study) -> str:
    word = words(study)
    if not word.x_coding:
        return ""
    return f"The slope of such a predictor is the difference in {word.y} {word.x_step}."


def _the_kinds(kinds: Mapping[str, float], w_of_group: pd.Series | None, study: Study) -> str:
    word = words(study)
    if study.group_predictor is None:
        return (
            "**It names no level-2 predictor, which this chapter is about,** so that nothing is "
            "computed below: there stand the ideas and the code, and of the exercises only 06-1 "
            f"can be answered. For more it takes a column in the data with one value for all "
            f"{word.units} of one {word.group}, and a line `group_predictor:` in the study file "
            'that names it. Or put `study = "hsb"` into the first code cell, and read the chapter '
            "with the course's own data."
        )
    n_groups = study.frame[study.group.name].nunique()
    instead = (
        "So nothing is computed below: there stand the ideas and the code, and of the exercises "
        'only 06-1 can be answered. Put `study = "hsb"` into the first code cell to read the '
        "chapter with the course's own data."
    )
    if w_of_group is None and n_groups < FEW_GROUPS:
        return (
            f"**With {count(n_groups, study.group)} there is next to nothing to be learned about "
            f"kinds of {word.groups}, which this chapter is about:** in so few, a difference of "
            f"kinds cannot be told from what else is different. {instead}"
        )
    if w_of_group is None:
        return (
            f"**The predictor, {word.x}, varies within {word.groups} of one kind only, so that the "
            f"slopes of two kinds cannot be compared, which this chapter is about.** {instead}"
        )
    if len(kinds) > 2:
        return (
            f"The level-2 predictor is {word.w}, a number. Wherever kinds of {word.groups} are "
            f"compared below, they are those with {word.w} at its mean over {word.groups}, and one "
            "standard deviation (SD) to either side."
        )
    label = study.group_predictor.label
    counted = word.list(
        f"{number_of(int((w_of_group == value).sum()), study.group)} with {label} {kind}"
        for kind, value in kinds.items()
    )
    coded = word.list(f"{value:g} for {kind}" for kind, value in kinds.items())
    return (
        f"The level-2 predictor is {word.w}: the data have {counted}. In tables and formulas "
        f"{word.w} is {coded}."
    )


def difference_of_levels(
    of_w: Estimate, n_groups: int, kinds: Mapping[str, float], study: Study
) -> Prose:
    """Say how the outcome differs between kinds of groups, and how many that rests on.

    Parameters
    ----------
    of_w
        The difference between the last kind and the first, at equal predictor.
    n_groups
        The number of groups.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    if not kinds:
        return Prose()
    return Prose(_level(of_w, kinds, study), _support(of_w.df, n_groups, study))


def _level(of_w: Estimate, kinds: Mapping[str, float], study: Study) -> str:
    word, (low, high) = words(study), _ends(kinds, study)
    found = findings.direction(of_w)
    if found is Finding.HIGHER:
        return (
            f"At equal {word.x}, {word.y} is higher in {high} than in {low}, by "
            f"{magnitude(of_w)}{word.in_y} ({interval(of_w)})."
        )
    if found is Finding.LOWER:
        return (
            f"At equal {word.x}, {word.y} is lower in {high} than in {low}, by "
            f"{magnitude(of_w)}{word.in_y} ({interval_of_magnitude(of_w)})."
        )
    return (
        f"Whether {word.y} differs between {low} and {high}, at equal {word.x}, cannot be told: "
        f"the difference is {number(of_w)}{word.in_y} ({interval(of_w)})."
    )


def _support(df: float, n_groups: int, study: Study) -> str:
    word, found = words(study), findings.support(df, n_groups)
    if found is Compared.SMALLER:
        return (
            f"The interval rests on {number(df)} degrees of freedom, fewer even than there are "
            f"{word.groups}, and not on the number of {word.units}."
        )
    if found is Compared.ALIKE:
        return (
            f"The interval rests on {number(df)} degrees of freedom, roughly as many as there are "
            f"{word.groups}, and not on the number of {word.units}."
        )
    return (
        f"The interval rests on {number(df)} degrees of freedom, more than there are "
        f"{word.groups}: next to no variance between {word.groups} is left, so that {word.units} "
        "count nearly as if they were independent."
    )


def change_of_variances(variances: pd.DataFrame, study: Study) -> Prose:
    """Say how the level-2 predictor changes the variance at each level.

    Parameters
    ----------
    variances
        For each model a column, rows ``"group"`` and ``"unit"``: the null model, that with the
        predictor and, where there are kinds, that with the level-2 predictor.
    study
        The study, for its words.
    """
    word = words(study)
    if variances.shape[1] < 3:
        return Prose()
    (_, between, now_between), (_, within, now_within) = (
        map(_four_digits, variances.loc[level]) for level in ("group", "unit")
    )
    return Prose(
        f"Beside {word.x} alone, with {word.w} in the model the variance between {word.groups} is "
        f"{now_between}, where it was {between}; the variance within them is {now_within}, where "
        f"it was {within}. What does not vary within any {word.group} explains nothing there."
    )


def what_is_equal(means: pd.Series, kinds: Mapping[str, float], study: Study) -> Prose:
    """Say what a comparison at equal predictor holds equal, if means of groups differ."""
    word = words(study)
    if not kinds or not findings.means_differ(means, study.frame[study.predictor.name]):
        return Prose()
    return Prose(
        f"And note what is held equal: {word.x} of the {word.unit}, and not the {word.x_mean} of "
        f"the {word.group}. The end of this chapter returns to that."
    )


def as_typed(x_mean_varies: bool, kinds: Mapping[str, float], study: Study) -> Prose:
    """Show the model with random slopes as one would type it."""
    if not kinds or study.group_predictor is None:
        return Prose()
    x, w = study.predictor.name, study.group_predictor.name
    fixed = f"{study.outcome.name} ~ {x}_within * {w}"
    if x_mean_varies:
        fixed += f" + {x}_mean"
    return typed(
        f'formula = "{fixed}"',
        f'fit_mixed(formula, data, groups="{study.group.name}", random="1 + {x}_within")',
    )


def simple_slopes(own: Estimate, slopes: Mapping[str, Estimate], study: Study) -> Prose:
    """Say how the slope differs between kinds of groups, and which way it goes in each.

    Parameters
    ----------
    own
        The slope in the last kind less that in the first, where each group has a slope of its own.
    slopes
        The slope in each kind, in the same model; in that with one slope a kind where it cannot be
        fitted.
    study
        The study, for its words.
    """
    if not slopes:
        return Prose()
    return Prose(_difference_of_slopes(own, slopes, study), _directions(slopes, study))


def _verdict(own: Estimate, slopes: Mapping[str, Estimate]) -> Interaction:
    first, *_, last = slopes.values()
    return findings.interaction(own, first.estimate, last.estimate)


def _difference_of_slopes(own: Estimate, slopes: Mapping[str, Estimate], study: Study) -> str:
    word, (low, high) = words(study), _ends(slopes, study)
    first, *_, last = slopes.values()
    found = _verdict(own, slopes)
    in_last, in_first = (f"{number(each)} ({interval(each)})" for each in (last, first))
    differ = (
        f"the difference is {number(own)} ({interval(own)}). How {word.x} goes with {word.y} "
        f"depends on {word.w}."
    )
    if found is Interaction.STEEPER:
        return f"The slope is steeper in {high}, {in_last}, than in {low}, {in_first}: {differ}"
    if found is Interaction.FLATTER:
        return f"The slope is flatter in {high}, {in_last}, than in {low}, {in_first}: {differ}"
    if found is Interaction.HIGHER:
        return f"The slope is higher in {high}, {in_last}, than in {low}, {in_first}: {differ}"
    if found is Interaction.LOWER:
        return f"The slope is lower in {high}, {in_last}, than in {low}, {in_first}: {differ}"
    if found is Interaction.ABSENT:
        return (
            f"Slopes that differ from {word.group} to {word.group} cannot be fitted to these data, "
            f"so whether the slope depends on {word.w} is left open. What follows takes all "
            f"{word.groups} of a kind to share one slope, {in_last} in {high} and {in_first} in "
            f"{low}; if they do not, these intervals are too narrow."
        )
    return (
        f"The slope is {number(last)} in {high} and {number(first)} in {low}; whether the two "
        f"differ cannot be told ({interval(own)} for the difference)."
    )


def _directions(slopes: Mapping[str, Estimate], study: Study) -> str:
    found = findings.simple_slopes(slopes.values())
    if found is Slopes.OPPOSED:
        return f"The relation rises in one kind of {words(study).groups} and falls in another."
    if found is Slopes.RISING:
        return "In each kind the relation rises."
    if found is Slopes.FALLING:
        return "In each kind the relation falls."
    return "Not in every kind is the direction of the relation clear."


def random_slopes(variances: Mapping[str, Estimate], p: float, edge: Edge, study: Study) -> Prose:
    """Say how slopes differ beyond the group predictor, and what the fit is worth there.

    Parameters
    ----------
    variances
        ``"var_slope"`` and ``"cov_intercept_slope"``; empty where slopes of their own cannot be
        fitted.
    p
        The p-value of the test of the variance of slopes.
    edge
        On which edge the fit lies.
    study
        The study, for its words.
    """
    if not variances:
        return Prose()
    return Prose(
        _spread(variances["var_slope"], p, study),
        _covariance(variances["cov_intercept_slope"], edge),
        _at_the_edge(edge, study),
    )


def _spread(variance: Estimate, p: float, study: Study) -> str:
    word, found = words(study), findings.spread_of_slopes(variance, p)
    sd, low, high = (
        number(math.sqrt(each))
        for each in (variance.estimate, variance.conf_low, variance.conf_high)
    )
    told = f"{sd} (95% profile interval {low} to {high})"
    if found is SlopeSpread.FOUND:
        return (
            f"Beyond {word.w}, slopes differ from {word.group} to {word.group}: their standard "
            f"deviation is {told}, and the likelihood-ratio test of their variance gives "
            f"{p_value(p)}."
        )
    if found is SlopeSpread.BY_INTERVAL:
        return (
            f"Whether slopes differ from {word.group} to {word.group} beyond {word.w} is on the "
            f"border of what these data tell: their standard deviation is {told}, an interval that "
            "excludes zero, while the likelihood-ratio test does not "
            f"({p_value(p)}). The test counts that the covariance goes with the variance, the "
            "interval does not; the test is the one to go by."
        )
    if found is SlopeSpread.ZERO:
        return (
            f"Beyond {word.w}, the variance of slopes is estimated as zero; standard deviations "
            f"up to {high} are compatible with the data (95% profile interval)."
        )
    return (
        f"Whether slopes differ from {word.group} to {word.group} beyond {word.w} cannot be told: "
        f"their standard deviation is {told}, and the likelihood-ratio test of their variance "
        f"gives {p_value(p)}."
    )


def _covariance(covariance: Estimate, edge: Edge) -> str:
    if edge in (Edge.SLOPES, Edge.INTERCEPTS):
        return ""
    found = findings.direction(covariance)
    told = f"their covariance is {number(covariance)} ({interval(covariance)})."
    if found is Finding.HIGHER:
        return f"Higher intercepts go with higher slopes: {told}"
    if found is Finding.LOWER:
        return f"Higher intercepts go with lower slopes: {told}"
    return f"Whether slopes go with intercepts cannot be told: {told}"


def _at_the_edge(edge: Edge, study: Study) -> str:
    word = words(study)
    if edge is Edge.NONE:
        return ""
    if edge is Edge.SLOPES:
        return (
            "The fit is singular: it lies where a variance is zero, at the edge of what is "
            "possible. Coefficients and their errors are then those of one slope for all "
            f"{word.groups} of a kind."
        )
    if edge is Edge.INTERCEPTS:
        return (
            f"The fit is singular: it puts the variance of intercepts at zero, the edge of what is "
            f"possible, so that at their own {word.x_mean} {word.groups} do not differ beyond what "
            "the model predicts."
        )
    return (
        "The fit is singular: it puts the correlation of intercepts and slopes at one or minus "
        "one, the edge of what is possible, as if intercept and slope were one property of "
        f"{with_article(word.group)}. It is the top of the likelihood all the same; but these data "
        "hardly tell the two apart, and its variances are to be read with care."
    )


def tutorials_way(
    product: Estimate,
    shared: Estimate,
    own: Estimate,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say what becomes of the tutorial's product by deviations, and with slopes that differ.

    Parameters
    ----------
    product
        The difference of slopes, by the product with the predictor as a whole.
    shared, own
        The same by the product with the deviation, where groups of a kind share one slope, and
        where each has its own.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    if not kinds:
        return Prose()
    return Prose(
        _by_deviations(product, shared, study),
        _with_own_slopes(shared, own, study),
        _verdicts(product, own, study),
    )


def _by_deviations(product: Estimate, shared: Estimate, study: Study) -> str:
    word = words(study)
    if findings.agree(shared, product):
        return (
            f"Within {word.groups} the difference of slopes is {number(shared)}, close to the "
            f"{number(product)} of the tutorial's product."
        )
    return (
        f"Within {word.groups} the difference of slopes is {number(shared)} ({interval(shared)}); "
        f"the tutorial's product, which holds a part from between {word.groups}, is "
        f"{number(product)}."
    )


def _with_own_slopes(shared: Estimate, own: Estimate, study: Study) -> str:
    if pd.isna(own.estimate):
        return (
            f"There is no third row, since slopes that differ from {words(study).group} to "
            f"{words(study).group} cannot be fitted."
        )
    errors = [number(each.std_error) for each in (own, shared)]
    return (
        f"With slopes that differ it is {number(own)}, and its standard error "
        f"{own.std_error / shared.std_error:.2f} times as large, {errors[0]} in place "
        f"of {errors[1]}, on {number(own.df)} degrees of freedom in place of {number(shared.df)}."
    )


def _verdicts(product: Estimate, own: Estimate, study: Study) -> str:
    word, found = words(study), findings.direction(product)
    if pd.isna(own.estimate):
        return ""
    if found is findings.direction(own):
        return "The tutorial's way leads to the same verdict as the model above."
    if found is Finding.UNCLEAR:
        return (
            f"By the tutorial's way ({interval(product)}) one would not see that the slope depends "
            f"on {word.w}; the model above says that it does."
        )
    return (
        f"By the tutorial's way ({interval(product)}) one would say that the slope depends on "
        f"{word.w}; the model above does not say so, and that is the one to go by."
    )


def what_it_explains(
    variances: pd.DataFrame,
    of_slopes: tuple[float, float],
    own: Estimate,
    study: Study,
) -> Prose:
    """Say what the level-2 predictor and the product explain.

    Parameters
    ----------
    variances
        For each random-intercept model a column, rows ``"group"`` and ``"unit"``: the null model,
        that with the predictor, with the level-2 predictor, and with the product; the last two
        only where there are kinds.
    of_slopes
        The variance of slopes without the product, and with it.
    own
        The product, where each group has a slope of its own.
    study
        The study, for its words.
    """
    if variances.shape[1] < 4:
        return Prose()
    _, with_x, with_w, with_product = variances.loc["group"]
    return Prose(
        _between(with_x, with_w, study),
        _with_product(with_w, with_product, study),
        _of_slopes(*of_slopes, own, study),
    )


def _between(before: float, after: float, study: Study) -> str:
    word, found = words(study), findings.step(before, after)
    if found is Compared.ABSENT:
        return (
            f"Beside {word.x} alone no variance between {word.groups} is found, so that there is "
            f"none for {word.w} to explain."
        )
    from_to = f"from {_four_digits(before)} to {_four_digits(after)}"
    if found is Compared.ALIKE:
        return (
            f"Adding {word.w} hardly changes the variance between {word.groups}: it is "
            f"{_four_digits(after)} with it and {_four_digits(before)} without."
        )
    if found is Compared.LARGER:
        return (
            f"With {word.w} the estimated variance between {word.groups} goes up, {from_to}: "
            "it explains nothing there."
        )
    return (
        f"Adding {word.w} lowers the variance between {word.groups} by "
        f"{percent(1 - after / before)}, {from_to}."
    )


def _with_product(before: float, after: float, study: Study) -> str:
    if findings.step(before, after) is not Compared.LARGER:
        return ""
    return (
        f"With the product in the model as well, this variance is estimated larger, "
        f"{_four_digits(after)}: between {words(study).groups} the product explains nothing more."
    )


def _of_slopes(before: float, after: float, own: Estimate, study: Study) -> str:
    word, found = words(study), findings.step(before, after)
    from_to = f"from {_four_digits(before)} to {_four_digits(after)}"
    if found is Compared.ABSENT:
        return ""
    if found is Compared.SMALLER and own.excludes_zero:
        return (
            f"What the product explains is the variance of slopes: it lowers that by "
            f"{percent(1 - after / before)}, {from_to}."
        )
    if found is Compared.SMALLER:
        return (
            f"What the product can explain is the variance of slopes: its estimate goes {from_to} "
            f"with the product, though whether slopes depend on {word.w} cannot be told."
        )
    return (
        "What the product can explain is the variance of slopes, and of that it explains next to "
        f"nothing here: the estimate is {_four_digits(after)} with the product and "
        f"{_four_digits(before)} without."
    )


def prototypes(prototypes: Mapping[str, Any], beside: pd.DataFrame, study: Study) -> Prose:
    """Say which groups are the prototypes, and where their lines lie.

    Parameters
    ----------
    prototypes
        One group of each kind.
    beside
        By kind, at the mean of its prototype, the lines of the ``"kind"`` and of the ``"group"``,
        and by how much its ``"slope"`` differs; empty where there are no kinds.
    study
        The study, for its words.
    """
    word = words(study)
    if beside.empty:
        return Prose()
    named = word.list(
        f"{study.name_of(one)} ({_of_kind(kind, prototypes, study)})"
        for kind, one in prototypes.items()
    )
    fine = study.frame[study.outcome.name].std() / 10
    lie = word.list(_shift(shift, fine) for shift in beside["group"] - beside["kind"])
    return Prose(
        f"The prototypes are {named}.",
        f"At their own {word.x_mean}, their own lines lie {lie} the lines of their kinds.",
        _tilts(beside["slope"], study),
        "A band says how surely the *line* is known. It does not say where single "
        f"{word.units} lie (they scatter far more widely), nor where the next {word.group} will.",
    )


def _of_kind(kind: str, kinds: Mapping[str, Any], study: Study) -> str:
    if len(kinds) > 2:
        return f"{words(study).w} {kind}"
    return kind


def _shift(shift: float, fine: float) -> str:
    if shift >= 0:
        return f"{number(shift, fine)} above"
    return f"{number(-shift, fine)} below"


def _tilts(tilts: pd.Series, study: Study) -> str:
    if not tilts.any():
        return "Their own slopes are those of their kinds."
    by = words(study).list(number(tilt) for tilt in tilts)
    return f"Their own slopes differ by {by} from those of their kinds."


def means_by_kind(
    shared: tuple[float, float],
    means: pd.Series,
    of_means: Estimate,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say where both kinds have groups, and how means of groups go with the predictor's.

    Parameters
    ----------
    shared
        The range of group means that two kinds have in common.
    means
        The groups' means of the predictor.
    of_means
        The coefficient of the group mean; none where all groups have one mean.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    if not kinds:
        return Prose()
    if pd.isna(of_means.estimate):
        return Prose(_one_mean(study), "So there is no such picture to draw.")
    return Prose(_overlap(shared, means, kinds, study), _steepness(of_means, study))


def _overlap(
    shared: tuple[float, float], means: pd.Series, kinds: Mapping[str, Any], study: Study
) -> str:
    word, (start, end) = words(study), shared
    if len(kinds) > 2:
        return (
            f"Filled markers are {word.groups} with {word.w} above its mean, open ones those below."
        )
    if start > end:
        return (
            f"The two kinds do not overlap: their {word.groups} have other {word.x_means}. "
            "Comparing them at an equal mean then rests on the lines alone."
        )
    inside = int(means.between(start, end).sum())
    where = f"from {number(start)} to {number(end)}"
    if number(start) == number(end):
        where = f"of about {number(start)}"
    return (
        f"A {word.x_mean} {where} is found in both kinds: {count(inside)} of "
        f"{count(len(means), study.group)} have one in that range."
    )


def _one_mean(study: Study) -> str:
    word = words(study)
    return (
        f"All {word.groups} have the same {word.x_mean}, so that it cannot stand behind a "
        "difference of kinds."
    )


def _steepness(of_means: Estimate, study: Study) -> str:
    word, found = words(study), findings.direction(of_means)
    where = f"where the {word.x_mean} is higher by 1"
    if word.x_levels:
        where = f"from a {word.x_mean} of 0% to one of 100%"
    if found is Finding.HIGHER:
        return (
            f"The lines of the kinds rise: {where}, mean {word.y} is expected to be higher by "
            f"{magnitude(of_means)}{word.in_y} ({interval(of_means)})."
        )
    if found is Finding.LOWER:
        return (
            f"The lines of the kinds fall: {where}, mean {word.y} is expected to be lower by "
            f"{magnitude(of_means)}{word.in_y} ({interval_of_magnitude(of_means)})."
        )
    return (
        f"Whether the lines of the kinds rise or fall cannot be told: {where}, the change of mean "
        f"{word.y} is {number(of_means)}{word.in_y} ({interval(of_means)})."
    )


def where_they_differ(
    of_w: Estimate,
    at_mean: Estimate,
    difference: pd.DataFrame,
    placed: pd.Series,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say along which values of the predictor the two kinds at the ends differ.

    Parameters
    ----------
    of_w
        The difference of levels by the model with one slope for all groups.
    at_mean
        The difference at the mean of the predictor.
    difference
        The difference and the limits of its interval over the predictor.
    placed
        The units' predictor as it would be in a group with the mean of all.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    word = words(study)
    if not kinds:
        return Prose()
    regions = findings.regions_of_significance(difference)
    if word.x_levels:
        each = zip(word.x_levels, difference.to_numpy().tolist(), strict=True)
        return Prose(
            *(_at_level(level, line, low, high, kinds, study) for level, (line, low, high) in each)
        )
    return Prose(
        _at_mean(at_mean, placed, kinds, study),
        _regions(regions, placed, kinds, study),
        _elsewhere(regions, placed, study),
        _beside_one_slope(of_w, at_mean, study),
    )


def _beside_one_slope(of_w: Estimate, at_mean: Estimate, study: Study) -> str:
    if findings.direction(of_w) is findings.direction(at_mean):
        return ""
    return (
        f"The first model of this chapter gave another difference, {number(of_w)} "
        f"({interval(of_w)}): it took all {words(study).groups} to share one slope, and held no "
        "group mean equal."
    )


def _at_level(
    level: str, line: float, low: float, high: float, kinds: Mapping[str, float], study: Study
) -> str:
    word, (first, last) = words(study), _ends(kinds, study)
    spread = (high - low) / 4
    there = Estimate("difference", "fixed", level, line, spread, conf_low=low, conf_high=high)
    found, by = findings.direction(there), f"{magnitude(there)}{word.in_y}"
    if found is Finding.HIGHER:
        return (
            f"Where {word.x} is {level}, {word.y} is higher in {last} than in {first}, by {by} "
            f"({interval(there)})."
        )
    if found is Finding.LOWER:
        return (
            f"Where {word.x} is {level}, {word.y} is lower in {last} than in {first}, by {by} "
            f"({interval_of_magnitude(there)})."
        )
    return (
        f"Where {word.x} is {level}, a difference cannot be told: it is {number(there)}{word.in_y} "
        f"({interval(there)})."
    )


def _at_mean(at_mean: Estimate, placed: pd.Series, kinds: Mapping[str, float], study: Study) -> str:
    word, (low, high) = words(study), _ends(kinds, study)
    found = findings.direction(at_mean)
    mean = number(placed.mean(), placed.std())
    if found is Finding.HIGHER:
        return (
            f"At the mean of {word.x}, {mean}, {word.y} is higher in {high} than in {low}, by "
            f"{magnitude(at_mean)}{word.in_y} ({interval(at_mean)}; {p_value(at_mean.p_value)})."
        )
    if found is Finding.LOWER:
        return (
            f"At the mean of {word.x}, {mean}, {word.y} is lower in {high} than in {low}, by "
            f"{magnitude(at_mean)}{word.in_y} ({interval_of_magnitude(at_mean)}; "
            f"{p_value(at_mean.p_value)})."
        )
    return (
        f"At the mean of {word.x}, {mean}, a difference cannot be told: "
        f"{number(at_mean)}{word.in_y} ({interval(at_mean)})."
    )


def _regions(
    regions: Sequence[Region], placed: pd.Series, kinds: Mapping[str, float], study: Study
) -> str:
    word = words(study)
    if len(regions) > 1:
        stretches = "; from ".join(_stretch(each, placed, kinds, study) for each in regions)
        return (
            f"Along {word.x}, from {stretches}. Not to be told apart does not mean equal, and "
            "where these stretches begin and end is itself an estimate."
        )
    looked_at = f"from {number(regions[0].start)} to {number(regions[0].end)}"
    if regions[0].found.is_clear:
        return f"The same holds over the whole range of {word.x} that is looked at, {looked_at}."
    return f"Nowhere along {word.x}, {looked_at}, do these data tell the two kinds apart."


def _stretch(region: Region, placed: pd.Series, kinds: Mapping[str, float], study: Study) -> str:
    word, (_, high) = words(study), _ends(kinds, study)
    ends = number(region.start), number(region.end)
    if ends[0] == ends[1]:
        ends = told_apart(region.start, region.end)
    where = f"{' to '.join(ends)} ({percent(_share(region, placed))} of {word.units})"
    if region.found is Finding.HIGHER:
        return f"{where} {word.y} is higher in {high}"
    if region.found is Finding.LOWER:
        return f"{where} {word.y} is lower in {high}"
    return f"{where} the two cannot be told apart"


def _elsewhere(regions: Sequence[Region], placed: pd.Series, study: Study) -> str:
    word = words(study)
    rest = 1 - sum(_share(region, placed) for region in regions)
    if rest <= 0.0005:
        return ""
    return (
        f"The other {percent(rest)} of {word.units} are farther from the mean of their "
        f"{word.group} than is looked at here."
    )


def _share(region: Region, placed: pd.Series) -> float:
    """Return the share of units whose predictor lies in a stretch."""
    return float(placed.between(region.start, region.end).mean())


def at_equal_means(
    of_w: Estimate, adjusted: Estimate, kinds: Mapping[str, float], study: Study
) -> Prose:
    """Say what becomes of the difference once the group means of the predictor are held equal.

    Parameters
    ----------
    of_w, adjusted
        The difference of levels at equal predictor, and the same at equal group means.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    if not kinds:
        return Prose()
    measured = "Only what was measured can be held equal."
    if pd.isna(adjusted.estimate):
        return Prose(_one_mean(study), measured)
    return Prose(_adjusted(of_w, adjusted, study), measured)


def _adjusted(of_w: Estimate, adjusted: Estimate, study: Study) -> str:
    word, found = words(study), findings.adjusted(of_w, adjusted)
    start = f"With the {word.x_means} held equal as well, the difference"
    if found is Adjusted.TURNED:
        return f"{start} has turned round."
    told = f"{number(adjusted)} ({interval(adjusted)})"
    if found is Adjusted.UNCLEAR:
        return f"{start} is {told}: it cannot be told from none, with that or without."
    if found is Adjusted.APPEARED:
        return f"{start} is {told}, and can now be told from none."
    if found is Adjusted.LOST:
        return f"{start} is {told}, and can no longer be told from none."
    if found is Adjusted.SMALLER:
        return (
            f"{start} is {number(adjusted)} in place of {number(of_w)}: part of it goes with the "
            f"{word.x_mean} of the {word.group}. That may be a matter of which {word.units} share "
            f"{with_article(word.group)}, or of whatever else differs with that mean."
        )
    if found is Adjusted.LARGER:
        return (
            f"{start} is {number(adjusted)} in place of {number(of_w)}: it is larger among "
            f"{word.groups} that are alike in them."
        )
    return f"{start} is {number(adjusted)}, about as before."


def moderation(own: Estimate, slopes: Mapping[str, Estimate], study: Study) -> Prose:
    """Say whether one variable moderates the relation of two others; no more was asked.

    Parameters
    ----------
    own, slopes
        As for :func:`simple_slopes`.
    study
        The study, for its words.
    """
    word = words(study)
    if not slopes:
        return Prose()
    found = _verdict(own, slopes)
    if found is Interaction.ABSENT:
        return Prose(
            f"Whether {word.w} moderates the relation of {word.x} and {word.y} is left open here, "
            "and mediation was not asked."
        )
    if found is Interaction.UNCLEAR:
        return Prose(
            "In these data not even moderation can be told from none, and mediation was not asked."
        )
    return Prose(
        f"In these data {word.w} and {word.x} moderate each other's relation to {word.y}. That is "
        "what was found. Whether anything is mediated was not asked."
    )


def _ends(kinds: Mapping[str, Any], study: Study) -> tuple[str, str]:
    """Return what to call groups of the first kind, and of the last."""
    word, (first, *_, last) = words(study), kinds
    return (
        f"{word.groups} with {word.w} {word.text(first)}",
        f"{word.groups} with {word.w} {word.text(last)}",
    )


# -- tables ----------------------------------------------------------------------------------------


def table_of_products(products: Mapping[str, Estimate]) -> pd.DataFrame:
    """Show estimates of the difference of slopes, below each other."""
    return pd.DataFrame(
        {
            "difference of slopes": [number(each) for each in products.values()],
            "standard error": [number(each.std_error) for each in products.values()],
            "degrees of freedom": [number(each.df) for each in products.values()],
            "interval": [interval(each) for each in products.values()],
        },
        index=list(products),
    )


def table_of_variances(variances: pd.DataFrame, explained: pd.DataFrame) -> pd.DataFrame:
    """Show variances and the shares of the null model's that are explained, a row a model.

    Parameters
    ----------
    variances, explained
        For each model a column; the rows are ``"group"`` and ``"unit"``.
    """
    return pd.DataFrame(
        {
            "group variance": variances.loc["group"].map(_four_digits),
            "explained, group level": explained.loc["group"].map(percent),
            "residual variance": variances.loc["unit"].map(_four_digits),
            "explained, unit level": explained.loc["unit"].map(percent),
        }
    )


def table_of_prototypes(
    prototypes: Mapping[str, Any],
    sizes: pd.Series,
    means: pd.DataFrame,
    beside: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Show for each prototype its size, its means, and the two lines drawn, at its mean.

    Parameters
    ----------
    prototypes
        One group of each kind.
    sizes, means
        By group: the number of its units, and their means.
    beside
        As for :func:`prototypes`.
    study
        The study, for its words.
    """
    groups = list(prototypes.values())
    x, y = study.predictor.name, study.outcome.name
    columns = {
        f"mean {x}": means[x][groups],
        "observed mean": means[y][groups],
        "its kind's line": beside["kind"],
        "its own line": beside["group"],
    }
    return pd.DataFrame(
        {
            study.group.one: [str(one) for one in groups],
            study.unit.many: [count(int(sizes[one])) for one in groups],
            **{name: [number(each) for each in of] for name, of in columns.items()},
        },
        index=list(prototypes),
    )


def table_of_differences(of_w: Estimate, adjusted: Estimate) -> pd.DataFrame:
    """Show the difference of kinds at equal predictor, and at equal group means of it as well."""
    return pd.DataFrame(
        {
            "difference": [number(of_w), number(adjusted)],
            "interval": [interval(of_w), interval(adjusted)],
        },
        index=["at equal predictor", "at equal group mean of it, too"],
    )


def table_of_questions(own: Estimate) -> pd.DataFrame:
    """Show what was estimated of the three things that moderation and mediation are about."""
    answers = {
        "does the slope depend on the kind?": f"{number(own)}, {interval(own)}",
        "does the kind change the predictor?": "not asked of these data",
        "does the predictor change the outcome?": "not asked of these data",
    }
    return pd.Series(answers).to_frame("what was estimated")


def _four_digits(variance: float) -> str:
    """Write a variance with four digits, so that one model's differs from the next one's."""
    return number(variance, variance / 100)
