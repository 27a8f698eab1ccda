"""The sentences and tables of chapter 1, one function a paragraph."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from helpers.course import findings
from helpers.course.findings import Alikeness, Boxes, Heterogeneity, Line, Means, PileUp
from helpers.course.words import Prose, count, with_article, words
from helpers.models.estimate import Estimate
from helpers.study.file import Study, Variable
from helpers.text import decimals, number, p_value, percent, span


def about(study: Study) -> Prose:
    """Say what the study is called, and what it asks."""
    title, question = "", ""
    if study.title:
        title = f"**{words(study).title}**"
    if study.question:
        question = (
            f"{' '.join(study.question.split())} This chapter only looks at the data; an answer "
            "takes the chapters that follow."
        )
    return Prose.of_paragraphs(title, question)


def story(study: Study) -> Prose:
    """Tell the study's story as its file does, and where it is from."""
    source = ""
    if study.source:
        source = f"*Source:* {study.source}"
    return Prose.of_paragraphs(study.about, source)


def rows(n_units: int, n_groups: int, study: Study) -> Prose:
    """Say how many rows the file holds, and how many of them are used."""
    return Prose(
        f"The file holds {count(study.n_rows)} rows.",
        _left_out(study),
        f"{count(n_units, study.unit)} from {count(n_groups, study.group)}.",
    )


def _left_out(study: Study) -> str:
    word = words(study)
    if study.n_left_out == 0:
        return "Each of them is complete, and used:"
    if study.n_left_out == 1:
        return (
            f"One of them is left out, because it lacks a value (missing: {word.missing}). Used "
            "are the complete rows:"
        )
    return (
        f"{count(study.n_left_out)} of them are left out, because they lack one value or more "
        f"(missing: {word.missing}). Used are the complete rows:"
    )


def levels(study: Study) -> Prose:
    """Say what level 1 and level 2 are, and at which of them each variable stands."""
    word = words(study)
    of_groups = "The study names no level-2 variable."
    if study.group_predictor is not None:
        of_groups = f"A level-2 variable is {word.w}: it has one value for each {word.group}."
    codes = ""
    if word.codes:
        codes = f"Categories are coded by numbers: {word.codes}."
    return Prose(
        f"In this study level 1 is the {word.unit} and level 2 the {word.group}. The outcome is "
        f"{word.y_with_units}, the predictor {word.x_with_units}; both are level-1 variables.",
        of_groups,
        codes,
        f"In code outcome and predictor go by `{study.outcome.name}` and `{study.predictor.name}`, "
        f"and the column `{study.group.name}` tells {word.groups} apart. These pages write "
        "`data.groupby(group)[y]`, which serves any study; for this one alone you would type "
        f'`data.groupby("{study.group.name}")["{study.outcome.name}"]`.',
    )


def pairs(typical_same: float, typical_other: float, study: Study) -> Prose:
    """Say whether two units of one group are more alike than two of different groups.

    Parameters
    ----------
    typical_same, typical_other
        How far two units of one group, and two of different groups, typically differ, in units of
        the outcome.
    study
        The study, for its words.
    """
    word = words(study)
    apart = (
        f"Two {word.units} of the same {word.group} typically differ by "
        f"{number(typical_same)}{word.in_y} in {word.y}, two of different {word.groups} by "
        f"{number(typical_other)}{word.in_y}."
    )
    if findings.are_the_same(typical_same, typical_other):
        apart = (
            f"Two {word.units} of the same {word.group} never differ in {word.y}, two of different "
            f"{word.groups} typically by {number(typical_other)}{word.in_y}."
        )
    return Prose(
        apart,
        "(This is the *root mean square*: the differences of all pairs are squared and averaged, "
        "and the root is taken.)",
        _alikeness(findings.alikeness(typical_same, typical_other), study),
    )


def _alikeness(found: Alikeness, study: Study) -> str:
    word = words(study)
    if found is Alikeness.MORE:
        return (
            f"In these data, then, {word.units} of one {word.group} are more alike than "
            f"{word.units} of different ones. Whether that is more than chance is asked below."
        )
    if found is Alikeness.HARDLY:
        return (
            f"In these data, then, it hardly matters for two {word.units} whether they are of "
            f"the same {word.group}. For the means of many it can matter all the same; that is "
            "asked below."
        )
    less = (
        f"In these data, then, {word.units} of one {word.group} are even less alike than "
        f"{word.units} of different ones."
    )
    if findings.is_balanced(study.frame[study.group.name].value_counts()):
        return f"{less} Of that the test below is no judge: it looks for the opposite."
    return (
        f"{less} But {with_article(word.group)} with many {word.units} has more than its share of "
        "the pairs. The test below gives it less weight, looks for the opposite, and can find "
        "otherwise."
    )


def table_of_description(described: pd.DataFrame) -> pd.DataFrame:
    """Write what pandas' ``describe`` found, a row a variable, with the digits it deserves."""
    rows = {name: _row(values) for name, values in described.iterrows()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(described.columns))


def _row(described: pd.Series) -> list[str]:
    # The SD with four digits, and all else to the same place.
    places = decimals(described["mean"], described["std"] / 10)
    rest = [f"{value:z,.{places}f}" for value in described.drop("count")]
    return [count(int(described["count"])), *map(_without_zeros, rest)]


def _without_zeros(written: str) -> str:
    if "." not in written:
        return written
    return written.rstrip("0").rstrip(".")


def description(described: pd.DataFrame, study: Study) -> Prose:
    """Say which mean and which spread outcome and predictor have over all units.

    Parameters
    ----------
    described
        What pandas' ``describe`` found, a row a variable.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _mean(study.outcome, described.loc[study.outcome.name], word.in_y, study),
        _mean(study.predictor, described.loc[study.predictor.name], word.in_x, study),
        f"The table would be the same if the {word.units} were shuffled among the {word.groups}: "
        "which of them belong together it does not say.",
    )


def _mean(variable: Variable, described: pd.Series, units: str, study: Study) -> str:
    word, label, mean = words(study), words(study).text(variable.label), described["mean"]
    if variable.name in study.levels:
        low, high = map(word.text, study.levels[variable.name])
        return (
            f"The mean of {label}, which is 0 for {low} and 1 for {high}, is a share: "
            f"{percent(mean)} of all {word.units}."
        )
    return (
        f"The mean of {label} is {number(mean, described['std'] / described['count'] ** 0.5)}"
        f"{units}, with an SD of {number(described['std'])}."
    )


def ends_of_scale(outcome: pd.Series, study: Study) -> Prose:
    """Say where units pile up at the lowest or the highest value of the outcome.

    Parameters
    ----------
    outcome
        The outcome of each unit.
    study
        The study, for its words.
    """
    found = findings.pile_ups(outcome)
    if not found:
        return Prose()
    return Prose(
        *(_pile_up(pile_up, len(outcome), study) for pile_up in found),
        "Where so many meet at an end, the scale may stop although what it measures goes on: such "
        "an end is called a *floor* or a *ceiling*, and differences beyond it would not be seen.",
    )


def _pile_up(pile_up: PileUp, n_units: int, study: Study) -> str:
    return (
        f"{count(pile_up.n)} of {count(n_units, study.unit)} ({percent(pile_up.n / n_units)}) "
        f"share the {pile_up.end} value of {words(study).y}, {pile_up.value:,.10g}."
    )


def cross_table(categories: Sequence[str], study: Study) -> Prose:
    """Say what the cross table counts, or why there is none."""
    word = words(study)
    if len(categories) < 2:
        return Prose(
            "The file of this study names fewer than two categorical variables, so there is "
            "nothing to cross."
        )
    return Prose(
        f"Each row in which these are known is counted once, by {word.list(categories[:3])}."
    )


def group_sizes(sizes: pd.Series, study: Study) -> Prose:
    """Say how large the groups are, and whether all are of one size."""
    word = words(study)
    largest, alone = int(sizes.max()), ""
    design = (
        f"There are {span(sizes)} {word.units} for each {word.group}, {sizes.mean():.1f} on "
        f"average (median {sizes.median():g}): the design is *unbalanced*."
    )
    if findings.is_balanced(sizes):
        design = (
            f"There are {count(largest, study.unit)} for each {word.group}: the design is "
            "*balanced*."
        )
    if sizes.min() == 1:
        alone = (
            f"From {count(int((sizes == 1).sum()), study.group)} with a single {word.unit} nothing "
            "can be learned about the variation within."
        )
    return Prose(design, alone)


def kinds_of_groups(of_groups: pd.DataFrame, outcome: pd.Series, study: Study) -> Prose:
    """Say how groups stand on the level-2 variable, and how their means go with it.

    Parameters
    ----------
    of_groups
        A row a group: the ``mean`` of its outcome, and ``kind``, its value of the level-2 variable,
        where the study has one.
    outcome
        The outcome of each unit.
    study
        The study, for its words.
    """
    word = words(study)
    if study.group_predictor is None:
        return Prose(
            f"This study has no level-2 variable to look at: what is known of {word.groups} here "
            "is their sizes and means."
        )
    kinds = sorted(of_groups["kind"].unique())
    described = _values(of_groups["kind"], study.group_predictor, study)
    if len(kinds) == 2:
        described = _two_kinds(of_groups["kind"], kinds, study)
    if not findings.means_differ(of_groups["mean"], outcome):
        return Prose(described, f"The mean of {word.y} is the same in all {word.groups}.")
    if len(kinds) == 2:
        return Prose(described, _means_of_kinds(of_groups, study))
    return Prose(described, _means_along(of_groups, study))


def _two_kinds(kind: pd.Series, kinds: list[float], study: Study) -> str:
    word, (n_low, n_high) = words(study), (int((kind == value).sum()) for value in kinds)
    low, high = (word.text(name) for name in findings.names_of_kinds(kinds, study))
    return f"For {count(n_low, study.group)} {word.w} is {low}, for {count(n_high)} it is {high}."


def _means_of_kinds(of_groups: pd.DataFrame, study: Study) -> str:
    word = words(study)
    one, other = (_mean_of_kind(rows) for _, rows in of_groups.groupby("kind"))
    return (
        f"Each {word.group} counted once, the mean of {word.y} is {one}{word.in_y} for the former "
        f"and {other}{word.in_y} for the latter. Chapter 6 asks whether such a difference is more "
        f"than chance, and what is left of it once {word.x} is held equal."
    )


def _mean_of_kind(of_groups: pd.DataFrame) -> str:
    means = of_groups["mean"]
    return number(means.mean(), means.std() / len(means) ** 0.5)


def _values(kind: pd.Series, variable: Variable, study: Study) -> str:
    low, middle, high = (
        _without_zeros(number(value)) for value in (kind.min(), kind.median(), kind.max())
    )
    return (
        f"Over {count(len(kind), study.group)} {words(study).text(variable.label_with_units)} goes "
        f"from {low} to {high}, with a median of {middle}."
    )


def _means_along(of_groups: pd.DataFrame, study: Study) -> str:
    word = words(study)
    return (
        f"Its correlation with the mean of {word.y} is "
        f"{of_groups['mean'].corr(of_groups['kind']):z.2f}, each {word.group} counted once. "
        f"Chapter 6 asks what is left of that once {word.x} is held equal."
    )


def outcome_by_group(
    n_ranked: int,
    n_boxed: int,
    n_groups: int,
    outcome: pd.Series,
    deviation: pd.Series,
    study: Study,
) -> Prose:
    """Say which groups are shown, and what to de-mean the outcome changes.

    Parameters
    ----------
    n_ranked, n_boxed, n_groups
        The number of groups in the upper panels, of those with a box of their own, and of all.
    outcome, deviation
        The outcome of each unit, raw and de-meaned.
    study
        The study, for its words.
    """
    word = words(study)
    raw, demeaned = outcome.std(), deviation.std()
    spread = (
        f"What could go is the distance between {word.groups}; but here their means are all the "
        "same, and nothing goes."
    )
    if findings.spread_shrinks(raw, demeaned):
        spread = (
            f"What goes is the distance between {word.groups}. So the SD of {word.y} over all "
            f"{word.units} shrinks: it is {number(raw)} raw and {number(demeaned)} de-meaned."
        )
    return Prose(
        _shown(n_ranked, n_boxed, n_groups, study),
        f"Each box is as long on the right as on the left: to de-mean moves the {word.units} of "
        f"one {word.group} together, and changes no distance between them.",
        spread,
    )


def _shown(n_ranked: int, n_boxed: int, n_groups: int, study: Study) -> str:
    if n_groups == 2:
        return f"Both {words(study).groups} are shown, sorted by their median."
    if n_boxed == n_groups:
        return f"All {count(n_groups, study.group)} are shown, sorted by their median."
    if n_ranked == n_groups:
        return (
            f"The upper panels show all {count(n_groups, study.group)}, sorted by their median; "
            f"the lower ones show {n_boxed} of them, drawn at random."
        )
    return (
        f"The upper panels show {n_ranked} of {count(n_groups, study.group)}, drawn at random and "
        f"sorted by their median; the lower ones show {n_boxed} of these."
    )


def table_of_variation(squares: Sequence[float], dfs: Sequence[int]) -> pd.DataFrame:
    """Write the table of the analysis of variance.

    Parameters
    ----------
    squares, dfs
        The sums of squares between groups, within them and in total, and their degrees of freedom.
    """
    between, within, total = squares
    return pd.DataFrame(
        {
            "sum of squares": [number(each, total / 1e4) for each in squares],
            "share": [f"{each / total:.3f}" for each in squares],
            "df": [count(df) for df in dfs],
            "mean square": [number(between / dfs[0]), number(within / dfs[1]), ""],
        },
        index=["between", "within", "total"],
    )


def variation(between: float, within: float, study: Study) -> Prose:
    """Say which share of the outcome's sum of squares lies between groups, and which within."""
    word = words(study)
    return Prose(
        f"Of the variation in {word.y}, {percent(between)} lies between {word.groups} and "
        f"{percent(within)} within them."
    )


def means_against_chance(
    means: pd.Series, dealt: pd.Series, by_chance: float, eta_squared: float, study: Study
) -> Prose:
    """Say how the spread of the groups' means compares with what chance alone deals.

    Parameters
    ----------
    means, dealt
        The mean outcome of each group, as observed and after units were dealt to groups at random.
    by_chance, eta_squared
        The share of the variation between groups: by chance alone, on average, and as observed.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        f"The means of the {word.groups} have an SD of {number(means.std())}{word.in_y} as "
        f"observed and of {number(dealt.std())}{word.in_y} after this one deal. Chance alone "
        f"would put {percent(by_chance)} of the variation between {word.groups}, on average; here "
        f"it is {percent(eta_squared)}."
    )


def f_test(
    f_ratio: float,
    df_between: int,
    df_within: int,
    p: float,
    alike: tuple[float, float],
    study: Study,
) -> Prose:
    """Say whether means of groups differ by more than chance.

    Parameters
    ----------
    f_ratio, df_between, df_within, p
        The F-test of the analysis of variance; F is infinite where nothing varies within groups.
    alike
        How far two units of one group, and two of different groups, typically differ.
    study
        The study, for its words.
    """
    word = words(study)
    ratio = (
        f"F is {number(f_ratio)} on {count(df_between)} and {count(df_within)} degrees of freedom, "
        f"{p_value(p)}."
    )
    if math.isinf(f_ratio):
        ratio = f"Within {word.groups} nothing varies at all, so F is infinite."
    return Prose(ratio, _means(p, findings.alikeness(*alike), study))


def _means(p: float, alike: Alikeness, study: Study) -> str:
    word, found = words(study), findings.spread_of_means(p)
    if found is Means.NEAR:
        return (
            f"Chance alone would nearly always put the means of {word.groups} further from each "
            "other than they are. The test looks for means too far apart; why they can lie so near "
            "to each other it does not ask."
        )
    if found is Means.WITHIN_CHANCE:
        return (
            f"As the test reckons, chance alone would spread the means of {word.groups} at least "
            f"this widely in {percent(p)} of samples, too often to rule it out. That does not show "
            f"that all {word.groups} are the same, only that this test cannot tell them apart."
        )
    doubt = (
        "The standard error that OLS gives an overall mean is then in doubt. In a regression it is "
        f"the errors that must be independent, and part of what {word.units} of one {word.group} "
        "share may be due to the predictor."
    )
    if alike is Alikeness.LESS:
        return (
            f"If chance were all, the means of {word.groups} would seldom spread so widely: this "
            f"is evidence that {word.groups} differ, and that the rows of {word.y} are not "
            f"independent. Pair by pair that did not show, since {with_article(word.group)} with "
            f"twice as many {word.units} has about four times as many pairs, while the test gives "
            f"it about twice the weight. {doubt}"
        )
    return (
        f"If chance were all, the means of {word.groups} would seldom spread so widely. This is "
        f"evidence that {word.units} of one {word.group} share something: the rows of {word.y} are "
        f"not independent. It may be that {word.groups} differ as a whole; where the rows of one "
        f"{word.group} were taken one after another, it may also be that only rows near in time "
        f"are alike. {doubt}"
    )


def spread_inside(sds: pd.Series, levene_p: float, sizes: pd.Series, study: Study) -> Prose:
    """Say how the spread inside groups differs, and what that does to the F-test.

    Parameters
    ----------
    sds
        The SD of the outcome inside each group; nan for a group of one unit.
    levene_p
        The p-value of Levene's test among groups of more than two units; nan where it cannot be
        made.
    sizes
        The number of units, by group.
    study
        The study, for its words.
    """
    word, found = words(study), findings.heterogeneity(levene_p)
    if found is not Heterogeneity.UNTESTED:
        sds = sds[sizes > 2]  # which the test compares
    low, high = number(sds.min()), number(sds.max())
    if low == high:  # of one group as well, and where nothing varies
        return Prose()
    span = f"The SD within one {word.group} lies between {low} and {high}."
    if sds.count() < len(sizes):
        span = (
            f"For the {count(sds.count(), study.group)} with {_enough(found)} {word.units} the SD "
            f"within one lies between {low} and {high}."
        )
    if found is Heterogeneity.FOUND:
        return Prose(
            span,
            "That is more than chance would make it differ if the rows of one "
            f"{word.group} are independent (Levene's test, {p_value(levene_p)}); where they go "
            "together, as they may if taken one after another, that test can find too much. Read "
            "the F-test as a rough answer.",
            _rough(findings.is_balanced(sizes), study),
        )
    if found is Heterogeneity.UNCLEAR:
        return Prose(
            span,
            f"Chance can make it differ that much (Levene's test, {p_value(levene_p)}); the SD of "
            f"few {word.units} is a rough SD.",
        )
    return Prose(span)


def _enough(found: Heterogeneity) -> str:
    if found is Heterogeneity.UNTESTED:
        return "two or more"
    return "three or more"


def _rough(balanced: bool, study: Study) -> str:
    word = words(study)
    if balanced:
        return (
            f"With equally many {word.units} for each {word.group}, as here, unequal spread "
            "misleads it least."
        )
    return (
        f"It finds differences too easily if {word.groups} with few {word.units} spread most, and "
        f"too seldom if those with many do."
    )


def what_eta_squared_is_not(study: Study) -> Prose:
    """Say that eta squared is not yet the intraclass correlation."""
    return Prose(
        "Eta squared is not yet the share of variance that belongs to "
        f"{words(study).groups}, since part of it is chance. Chapter 5 estimates that share with "
        "chance set aside, and calls it the intraclass correlation."
    )


def boxes_and_means(
    boxes_apart: np.ndarray,
    means_apart: np.ndarray,
    n_compared: int,
    n_groups: int,
    p: float,
    levene_p: float,
    study: Study,
) -> Prose:
    """Say what would be concluded from boxes that are apart, and what from means that are.

    Parameters
    ----------
    boxes_apart, means_apart
        Of each pair of groups: whether their boxes are apart, and whether their means differ by a
        t-test at the 5% level.
    n_compared, n_groups
        The number of groups that the pairs are made of, and of all groups.
    p, levene_p
        The p-values of the F-test, and of Levene's test, which is nan where it cannot be made.
    study
        The study, for its words.
    """
    word = words(study)
    of_boxes, of_means = float(boxes_apart.mean()), float(means_apart.mean())
    found = _boxes(findings.boxes_beside_means(of_boxes, of_means, p), study)
    if n_groups == 2:
        return Prose(
            _the_one_pair(bool(boxes_apart[0]), study),
            "Of the only pair the t-test says the same as the F-test of all.",
            found,
        )
    sampled = ""
    if n_compared < n_groups:
        sampled = (
            f"The pairs are those of {count(n_compared)} of the {count(n_groups, study.group)}, "
            "drawn at random."
        )
    table = (
        f"| pairs of {word.groups}: {count(len(boxes_apart))} | share |\n"
        "|---|---|\n"
        f"| mistaken: the boxes are apart | {percent(of_boxes)} |\n"
        f"| better: the means differ by a t-test at the 5% level | {percent(of_means)} |\n"
        f"| what that test would find if no {word.groups} differed, and the F-test's assumptions "
        "held | 5% |"
    )
    judged = Prose(
        sampled,
        found,
        _one_spread(findings.heterogeneity(levene_p), study),
        f"Of {count(len(boxes_apart))} pairs one or another may be far apart by chance, so the "
        f"F-test, which looks at all {word.groups} at once, is the better judge of whether they "
        "differ.",
    )
    return Prose.of_paragraphs(table, judged.text)


def _the_one_pair(apart: bool, study: Study) -> str:
    word = words(study)
    if apart:
        return f"The boxes of the two {word.groups} are apart."
    return f"The boxes of the two {word.groups} are not apart."


def _boxes(found: Boxes, study: Study) -> str:
    word = words(study)
    if found is Boxes.HARDLY_ANY:
        return (
            f"By the boxes hardly any two {word.groups} would differ, and yet the F-test above "
            "finds that their means do. Overlapping boxes do not show that means are equal."
        )
    if found is Boxes.FEWER:
        return (
            "The boxes tell fewer pairs apart than the means do. Overlapping boxes do not show "
            "that means are equal."
        )
    no_test = (
        f"and yet they are no test: boxes of few {word.units} can be apart by chance, and boxes of "
        "many can overlap although their means differ."
    )
    if found is Boxes.AS_MANY:
        return (
            f"Here the boxes tell as many pairs apart as the means do, or nearly as many, {no_test}"
        )
    if found is Boxes.MORE:
        return f"Here the boxes tell more pairs apart than the means do, {no_test}"
    return (
        "Here the F-test finds no difference of means beyond chance, at the level of five in a "
        f"hundred. Overlapping boxes would not show that: boxes compare {word.units}, and the test "
        "compares means."
    )


def _one_spread(found: Heterogeneity, study: Study) -> str:
    if found is not Heterogeneity.FOUND:
        return ""
    word = words(study)
    return (
        f"The t-test takes one spread for all {word.groups}. If that differs, as Levene's test "
        f"above has it, the t-test finds too little between {word.groups} with a small SD, and too "
        "much between those with a large one."
    )


def slopes_in_groups(
    line_of_all: Estimate, slopes: pd.Series, n_groups: int, study: Study
) -> Prose:
    """Say which way the line of all units goes, and which way those of single groups.

    Parameters
    ----------
    line_of_all
        The least-squares slope of all units, in units of the outcome per unit of the predictor.
    slopes
        The slope of each group that has one.
    n_groups
        The number of all groups.
    study
        The study, for its words.
    """
    word = words(study)
    return Prose(
        _line_of_all(line_of_all, study),
        _own_lines(slopes, n_groups, study),
        f"The median of these slopes is {number(slopes.median())}, where the line of all "
        f"{word.units} has {_written(line_of_all)}. A line through few {word.units} is a rough "
        "line, so such slopes differ by chance as well.",
    )


def _line_of_all(slope: Estimate, study: Study) -> str:
    word, found = words(study), findings.line(slope.estimate)
    if found is Line.RISING:
        return (
            f"Over all {word.units} the line rises: {word.x_step}, {word.y} is higher by "
            f"{_written(slope)}{word.in_y} on average."
        )
    if found is Line.FALLING:
        return (
            f"Over all {word.units} the line falls: {word.x_step}, {word.y} is lower by "
            f"{_written(slope).removeprefix('-')}{word.in_y} on average."
        )
    return f"Over all {word.units} the line is level."


def _written(slope: Estimate) -> str:
    written = number(slope)
    if written.strip("0."):
        return written
    return number(slope.estimate)  # which is far smaller than its error, but no zero


def _own_lines(slopes: pd.Series, n_groups: int, study: Study) -> str:
    word, found = words(study), [findings.line(slope) for slope in slopes]
    rising, falling = (_or_none(found.count(way)) for way in (Line.RISING, Line.FALLING))
    ways = f"it rises for {rising} and falls for {falling}"
    if Line.LEVEL in found:
        level = count(found.count(Line.LEVEL))
        ways = f"it rises for {rising}, falls for {falling} and is level for {level}"
    if len(slopes) == n_groups:
        return f"Drawn through one {word.group} alone, {ways} of {count(n_groups, study.group)}."
    return (
        f"A line through one {word.group} alone is defined for {count(len(slopes))} of "
        f"{count(n_groups, study.group)}, those within which {word.x} varies: {ways}."
    )


def _or_none(n: int) -> str:
    if n == 0:
        return "none"
    return count(n)
