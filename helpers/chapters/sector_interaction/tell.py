"""The sentences and tables of chapter 6, one function a paragraph."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from helpers.course import findings
from helpers.course.findings import Compared, Finding, Moderation, Region, Slopes
from helpers.course.tell import the_study as studied
from helpers.course.words import Prose, count, interval, magnitude, words
from helpers.models.estimate import Estimate
from helpers.study.file import Study
from helpers.text import number, p_value, percent

# In all that follows, kinds of groups and what belongs to them are empty where a study has none.


def the_study(kinds: Mapping[str, float], w_of_group: pd.Series | None, study: Study) -> Prose:
    """Say what is studied, and which kinds of groups are compared."""
    return Prose(str(studied(study)), _the_kinds(kinds, w_of_group, study))


def _the_kinds(kinds: Mapping[str, float], w_of_group: pd.Series | None, study: Study) -> str:
    word = words(study)
    if study.group_predictor is None:
        return (
            "**It names no level-2 predictor, which this chapter is about.** The ideas below can "
            "be read all the same; numbers and figures are missing. What it takes is one more "
            f"column in the data, with one value for all {word.units} of one {word.group}, such "
            f"as what kind of {word.group} it is, and a line `group_predictor:` in the study file "
            "that names it."
        )
    if w_of_group is None:
        n_groups = study.frame[study.group.name].nunique()
        return (
            f"**With {count(n_groups, study.group)} there is nothing to be learned about kinds of "
            f"{word.groups}, which this chapter is about:** any line goes through so few points. "
            "The ideas below can be read all the same; numbers and figures are missing."
        )
    if len(kinds) > 2:
        return (
            f"The level-2 predictor is {word.w}, a number. Wherever kinds of {word.groups} are "
            f"compared below, they are those with {word.w} at its mean over {word.groups}, and one "
            "standard deviation (SD) to either side."
        )
    label = study.group_predictor.label
    counted = word.list(
        f"{(w_of_group == value).sum()} {study.group.many} with {label} {kind}"
        for kind, value in kinds.items()
    )
    coded = word.list(f"{value:g} for {kind}" for kind, value in kinds.items())
    return (
        f"The level-2 predictor is {word.w}. There are {counted}. In tables and formulas {word.w} "
        f"is {coded}."
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
    word = words(study)
    if not kinds:
        return Prose(
            f"Without a level-2 predictor there is nothing to say about kinds of {word.groups}."
        )
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
            f"{magnitude(of_w)}{word.in_y} ({interval(of_w)} for the difference)."
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
            f"The interval rests on {number(df)} degrees of freedom, about as many as there are "
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
        f"{now_between}, where it was {between}; the variance inside them is {now_within}, where "
        f"it was {within}. What does not vary inside any {word.group} explains nothing there."
    )


def what_is_equal(kinds: Mapping[str, float], study: Study) -> Prose:
    """Say what a comparison at equal predictor holds equal."""
    word = words(study)
    if not kinds:
        return Prose()
    return Prose(
        f"And note what is held equal: {word.x} of the {word.unit}, not its mean in the "
        f"{word.group}. The end of this chapter returns to that."
    )


def simple_slopes(product: Estimate, slopes: Mapping[str, Estimate], study: Study) -> Prose:
    """Say how the slope differs between kinds of groups, and which way it goes in each.

    Parameters
    ----------
    product
        The slope in the last kind less that in the first.
    slopes
        The slope in each kind.
    study
        The study, for its words.
    """
    if not slopes:
        return Prose(f"The slopes in kinds of {words(study).groups} need a level-2 predictor.")
    return Prose(_difference_of_slopes(product, slopes, study), _directions(slopes, study))


def _difference_of_slopes(product: Estimate, slopes: Mapping[str, Estimate], study: Study) -> str:
    word, (low, high) = words(study), _ends(slopes, study)
    first, *_, last = slopes.values()
    found = findings.direction(product)
    if found is Finding.HIGHER:
        return (
            f"The slope is larger in {high}, {number(last)} ({interval(last)}), than in {low}, "
            f"{number(first)} ({interval(first)}): the difference is {number(product)} "
            f"({interval(product)}). How {word.x} goes with {word.y} depends on {word.w}."
        )
    if found is Finding.LOWER:
        return (
            f"The slope is smaller in {high}, {number(last)} ({interval(last)}), than in {low}, "
            f"{number(first)} ({interval(first)}): the difference is {number(product)} "
            f"({interval(product)}). How {word.x} goes with {word.y} depends on {word.w}."
        )
    return (
        f"The slope is {number(last)} in {high} and {number(first)} in {low}; whether the two "
        f"differ cannot be told ({interval(product)} for the difference)."
    )


def _directions(slopes: Mapping[str, Estimate], study: Study) -> str:
    found = findings.simple_slopes(slopes.values())
    if found is Slopes.OPPOSED:
        return f"The relation rises in one kind of {words(study).group} and falls in another."
    if found is Slopes.RISING:
        return "In each kind the relation rises."
    if found is Slopes.FALLING:
        return "In each kind the relation falls."
    return "Not in every kind is the direction of the relation clear."


def inside_groups(
    product: Estimate,
    shared: Estimate,
    own: Estimate,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say whether the difference of slopes is found inside groups, and beyond slopes' own scatter.

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
        return Prose("Whether slopes differ inside groups, too, is a question for kinds of groups.")
    return Prose(
        _by_deviations(product, shared, study),
        _with_own_slopes(shared, own, study),
        _still(own, kinds, study),
    )


def _by_deviations(product: Estimate, shared: Estimate, study: Study) -> str:
    word = words(study)
    if findings.agree(shared, product):
        return (
            f"Inside {word.groups} the difference of slopes is {number(shared)}, close to the "
            f"{number(product)} of the product as a whole."
        )
    return (
        f"Inside {word.groups} the difference of slopes is {number(shared)} ({interval(shared)}), "
        f"and not the {number(product)} of the product as a whole, which holds a part from between "
        f"{word.groups}."
    )


def _with_own_slopes(shared: Estimate, own: Estimate, study: Study) -> str:
    word, found = words(study), findings.slopes_of_their_own(shared, own)
    if found is Compared.ABSENT:
        return f"Slopes that differ from {word.group} to {word.group} cannot be fitted here."
    if found is Compared.LARGER:
        return (
            f"With slopes that differ, its standard error is {number(own.std_error)} in place of "
            f"{number(shared.std_error)}, on {number(own.df)} degrees of freedom in place of "
            f"{number(shared.df)}."
        )
    return (
        f"Letting slopes differ changes little: a standard error of {number(own.std_error)} beside "
        f"{number(shared.std_error)}, on {number(own.df)} degrees of freedom. Beyond their kind, "
        "slopes hardly differ."
    )


def _still(own: Estimate, kinds: Mapping[str, float], study: Study) -> str:
    _, high = _ends(kinds, study)
    if pd.isna(own.estimate):
        return ""
    found = findings.direction(own)
    if found is Finding.HIGHER:
        return f"With that allowed for, the slope is still larger in {high}."
    if found is Finding.LOWER:
        return f"With that allowed for, the slope is still smaller in {high}."
    return "With that allowed for, whether the two slopes differ cannot be told."


def what_follows(shared: Estimate, own: Estimate, study: Study) -> Prose:
    """Say what is left out by what follows, where slopes differ from group to group.

    Parameters
    ----------
    shared, own
        As for :func:`inside_groups`.
    study
        The study, for its words.
    """
    word = words(study)
    if findings.slopes_of_their_own(shared, own) is not Compared.LARGER:
        return Prose()
    return Prose(
        f"What follows keeps one slope for all {word.groups} of a kind, which is simpler to draw; "
        "its intervals are somewhat too narrow for slopes, and for differences far from the mean "
        f"of {word.x}."
    )


def what_it_explains(explained: pd.DataFrame, product: Estimate, study: Study) -> Prose:
    """Say what the level-2 predictor and the product explain, at each level.

    Parameters
    ----------
    explained
        For each model a column of shares of the null model's variance, rows ``"group"`` and
        ``"unit"``: the null model, that with the predictor, with the level-2 predictor, and with
        the product; the last two only where there are kinds.
    product
        The slope in the last kind less that in the first.
    study
        The study, for its words.
    """
    if explained.shape[1] < 4:
        return Prose(f"With {words(study).x} alone there is one model to compare.")
    return Prose(_between(explained.loc["group"], study), _inside(explained, product, study))


def _between(explained: pd.Series, study: Study) -> str:
    word = words(study)
    _, with_x, with_w, _ = explained
    found = findings.step(with_x, with_w, least=0.005)
    if found is Compared.ABSENT:
        return f"The null model has no variance between {word.groups} to explain."
    if found is Compared.ALIKE:
        return f"Adding {word.w} hardly changes the variance between {word.groups}."
    if found is Compared.SMALLER:
        return (
            f"With {word.w} the estimated variance between {word.groups} is larger than without, "
            f"by {percent(with_x - with_w)} of that of the null model: it explains nothing there."
        )
    taken = f"{100 * (with_w - with_x):.1f} percent of the null model's variance"
    if with_x > 0:
        return f"Adding {word.w} takes away another {taken} between {word.groups}."
    return f"Adding {word.w} takes away {taken} between {word.groups}."


def _inside(explained: pd.DataFrame, product: Estimate, study: Study) -> str:
    word = words(study)
    _, _, with_w, with_product = explained.loc["unit"]
    change = percent(abs(with_product - with_w))
    if findings.step(with_w, with_product, least=0.02) is not Compared.ALIKE:
        return (
            f"The product changes the variance inside {word.groups} by {change} of the null "
            "model's."
        )
    little = (
        f"The product hardly changes the variance inside {word.groups}, by {change} of the null "
        "model's."
    )
    if findings.direction(product).is_clear:
        return f"{little} An interaction can be clear and still predict little."
    return little


def prototypes(prototypes: Mapping[str, Any], shifts: pd.Series | None, study: Study) -> Prose:
    """Say which groups are the prototypes, and where their lines lie.

    Parameters
    ----------
    prototypes
        One group of each kind.
    shifts
        Each group's conditional mode.
    study
        The study, for its words.
    """
    word = words(study)
    if shifts is None:
        return Prose(f"Prototypes need kinds of {word.groups}.")
    named = word.list(f"{study.name_of(one)} ({kind})" for kind, one in prototypes.items())
    lie = word.list(_shift(shifts[one]) for one in prototypes.values())
    return Prose(
        f"The prototypes are {named}.",
        f"Their own lines lie {lie} {_beside(prototypes, study)}.",
        "A band says how surely the *line* is known. It does not say where single "
        f"{word.units} lie (they scatter far more widely), nor where the next {word.group} will.",
    )


def _shift(shift: float) -> str:
    if shift >= 0:
        return f"{number(shift)} above"
    return f"{number(-shift)} below"


def _beside(prototypes: Mapping[str, Any], study: Study) -> str:
    if len(prototypes) == 2:
        return "the line of their kind"
    return f"the line for their own {words(study).w}"


def means_by_kind(
    shared: tuple[float, float],
    means: pd.Series,
    slope_of_means: float,
    slopes: Mapping[str, Estimate],
    study: Study,
) -> Prose:
    """Say where both kinds have groups, and whether the means rise as the lines do.

    Parameters
    ----------
    shared
        The range of group means that two kinds have in common.
    means
        The groups' means of the predictor.
    slope_of_means
        The slope of the outcome's means on the predictor's, at equal level-2 predictor.
    slopes
        The slope in each kind.
    study
        The study, for its words.
    """
    if not slopes:
        return Prose("No means of kinds are drawn.")
    return Prose(_overlap(shared, means, slopes, study), _steepness(slope_of_means, slopes, study))


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
            f"The two kinds do not overlap: their {word.groups} have other means of {word.x}. "
            f"Comparing them at equal {word.x} then rests on the lines alone."
        )
    inside = int(means.between(start, end).sum())
    return (
        f"Means of {word.x} from {number(start)} to {number(end)} are found in both kinds; "
        f"{count(inside)} of {count(len(means), study.group)} lie there."
    )


def _steepness(slope: float, slopes: Mapping[str, Estimate], study: Study) -> str:
    word, found = words(study), findings.steeper(slope, slopes.values())
    why = (
        f"regressed on mean {word.x} and {word.w}, they have a slope of {number(slope)}. The lines "
        f"mostly describe {word.units} inside {word.groups} (chapter 4); they do not describe how "
        f"{word.groups} differ."
    )
    if found is Finding.HIGHER:
        return f"The means rise more steeply than the lines: {why}"
    if found is Finding.LOWER:
        return f"The means fall more steeply than the lines: {why}"
    return ""


def where_they_differ(
    at_mean: Estimate,
    difference: pd.DataFrame,
    predictor: pd.Series,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say along which values of the predictor the two kinds at the ends differ.

    Parameters
    ----------
    at_mean
        The difference at the mean of the predictor.
    difference
        The difference and the limits of its interval over the predictor; empty where the kinds
        have no values in common.
    predictor
        The units' values.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    if not kinds:
        return Prose("Without a level-2 predictor there is no difference to draw.")
    regions = findings.regions_of_significance(difference)
    return Prose(
        _at_mean(at_mean, predictor, kinds, study),
        _regions(regions, predictor, kinds, study),
        _elsewhere(regions, predictor, study),
    )


def _at_mean(
    at_mean: Estimate, predictor: pd.Series, kinds: Mapping[str, float], study: Study
) -> str:
    word, (low, high) = words(study), _ends(kinds, study)
    found = findings.direction(at_mean)
    mean = number(predictor.mean(), predictor.std())
    if found is Finding.HIGHER:
        return (
            f"At the mean of {word.x}, {mean}, {word.y} is higher in {high} than in {low}, by "
            f"{magnitude(at_mean)}{word.in_y} ({interval(at_mean)}; {p_value(at_mean.p_value)})."
        )
    if found is Finding.LOWER:
        return (
            f"At the mean of {word.x}, {mean}, {word.y} is lower in {high} than in {low}, by "
            f"{magnitude(at_mean)}{word.in_y} ({interval(at_mean)} for the difference; "
            f"{p_value(at_mean.p_value)})."
        )
    return (
        f"At the mean of {word.x} a difference cannot be told: {number(at_mean)}{word.in_y} "
        f"({interval(at_mean)})."
    )


def _regions(
    regions: Sequence[Region], predictor: pd.Series, kinds: Mapping[str, float], study: Study
) -> str:
    word = words(study)
    if not regions:
        return (
            f"The two kinds have no values of {word.x} in common, so that no difference is drawn."
        )
    if len(regions) > 1:
        stretches = "; from ".join(_stretch(each, predictor, kinds, study) for each in regions)
        return (
            f"Along {word.x}, from {stretches}. Not to be told apart does not mean equal, and "
            "where these stretches begin and end is itself an estimate."
        )
    if regions[0].found.is_clear:
        return f"The same holds over the whole range of {word.x} that is looked at."
    return f"Nowhere in that range of {word.x} do these data tell the two apart."


def _stretch(region: Region, predictor: pd.Series, kinds: Mapping[str, float], study: Study) -> str:
    word, (_, high) = words(study), _ends(kinds, study)
    where = (
        f"{number(region.start)} to {number(region.end)} "
        f"({percent(_share(region, predictor))} of {word.units})"
    )
    if region.found is Finding.HIGHER:
        return f"{where} {word.y} is higher in {high}"
    if region.found is Finding.LOWER:
        return f"{where} {word.y} is lower in {high}"
    return f"{where} the two cannot be told apart"


def _elsewhere(regions: Sequence[Region], predictor: pd.Series, study: Study) -> str:
    word = words(study)
    rest = 1 - sum(_share(region, predictor) for region in regions)
    if not regions or rest <= 0.0005:
        return ""
    return (
        f"The other {percent(rest)} of {word.units} have values of {word.x} that are found in one "
        "kind only."
    )


def _share(region: Region, predictor: pd.Series) -> float:
    """Return the share of units whose predictor lies in a stretch."""
    return float(predictor.between(region.start, region.end).mean())


def at_equal_means(
    at_mean: Estimate,
    adjusted: Estimate,
    difference: pd.DataFrame,
    kinds: Mapping[str, float],
    study: Study,
) -> Prose:
    """Say what becomes of the difference once the group means of the predictor are held equal.

    Parameters
    ----------
    at_mean, adjusted
        The difference at the mean of the predictor, and the same at equal group means.
    difference
        As for :func:`where_they_differ`.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    word, measured = words(study), "Only what was measured can be held equal."
    found = findings.adjusted(at_mean, adjusted)
    if not kinds:
        return Prose(f"There is no difference to examine without kinds of {word.groups}.", measured)
    if found is Compared.ABSENT:
        return Prose(
            f"All {word.groups} have the same mean of {word.x}, so that it cannot stand behind the "
            "difference.",
            measured,
        )
    return Prose(
        "With the group means held equal as well, the difference "
        f"{_adjusted(found, at_mean, adjusted, study)}",
        _other_stretches(difference),
        measured,
    )


def _adjusted(found: Compared, at_mean: Estimate, adjusted: Estimate, study: Study) -> str:
    word = words(study)
    if found is Compared.TURNED:
        return "has turned round."
    if found is Compared.LOST:
        return f"is {number(adjusted)} ({interval(adjusted)}), and can no longer be told from none."
    if found is Compared.SMALLER:
        return (
            f"is {number(adjusted)} in place of {number(at_mean)}: part of it goes with the mean "
            f"of {word.x} in the {word.group}, be it the company that {word.units} keep or "
            "whatever else differs with it."
        )
    if found is Compared.LARGER:
        return (
            f"is {number(adjusted)} in place of {number(at_mean)}: it is larger among "
            f"{word.groups} that are alike in them."
        )
    return f"is {number(adjusted)}, about as before."


def _other_stretches(difference: pd.DataFrame) -> str:
    if len(findings.regions_of_significance(difference)) < 2:
        return ""
    return (
        "The stretches of the figure above belong to the model without group means; with them held "
        "equal they begin and end elsewhere."
    )


def moderation(product: Estimate, own: Estimate, kinds: Mapping[str, float], study: Study) -> Prose:
    """Say whether one variable moderates the relation of two others; no more was asked.

    Parameters
    ----------
    product
        The slope in the last kind less that in the first.
    own
        The same inside groups, where each has a slope of its own.
    kinds
        The level-2 predictor of each kind.
    study
        The study, for its words.
    """
    word, found = words(study), findings.moderation(product, own)
    if not kinds:
        return Prose("In this study neither was asked.")
    if found is Moderation.UNCLEAR:
        return Prose(
            "In these data not even moderation can be told from none, and mediation was not asked."
        )
    if found is Moderation.WITH_ONE_SLOPE:
        return Prose(
            f"With one slope for all {word.groups} of a kind, {word.w} and {word.x} moderate each "
            f"other's relation to {word.y}; with slopes that differ from {word.group} to "
            f"{word.group}, that cannot be told. Whether anything is mediated was not asked."
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
    predicted: pd.DataFrame,
    study: Study,
) -> pd.DataFrame:
    """Show for each prototype its size, its means, and what is predicted at its mean.

    Parameters
    ----------
    prototypes
        One group of each kind.
    sizes, means, predicted
        By group: the number of its units, their means, and at its mean of the predictor the
        columns ``"population"`` and ``"group"``.
    study
        The study, for its words.
    """
    groups = list(prototypes.values())
    x, y = study.predictor.name, study.outcome.name
    columns = {
        f"mean {x}": means[x],
        "observed mean": means[y],
        "population's line there": predicted["population"],
        "its own line there": predicted["group"],
    }
    return pd.DataFrame(
        {
            study.group.one: [str(one) for one in groups],
            study.unit.many: [count(int(sizes[one])) for one in groups],
            **{name: [number(of[one]) for one in groups] for name, of in columns.items()},
        },
        index=list(prototypes),
    )


def table_of_differences(at_mean: Estimate, adjusted: Estimate) -> pd.DataFrame:
    """Show the difference of kinds at the mean of the predictor, and at equal group means."""
    return pd.DataFrame(
        {
            "difference": [number(at_mean), number(adjusted)],
            "interval": [interval(at_mean), interval(adjusted)],
        },
        index=["at the mean of the predictor", "the same, at equal group mean of the predictor"],
    )


def table_of_questions(product: Estimate) -> pd.DataFrame:
    """Show what was estimated of the three things that moderation and mediation are about."""
    answers = {
        "does the slope depend on the kind?": f"{number(product)}, {interval(product)}",
        "does the kind change the predictor?": "not asked of these data",
        "does the predictor change the outcome?": "not asked of these data",
    }
    return pd.Series(answers).to_frame("what was estimated")


def _four_digits(variance: float) -> str:
    """Write a variance with four digits, so that one model's differs from the next one's."""
    return number(variance, variance / 100)
