"""Random studies by the thousand, as unlike each other as studies are: no file is written."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from helpers.study.file import Study, validate

# What units and groups are called: people, places, litters and times; a or an, whatever plural.
NOUNS = [
    ({"one": "patient", "many": "patients"}, {"one": "clinic", "many": "clinics"}),
    ({"one": "tree", "many": "trees"}, {"one": "island", "many": "islands"}),
    ({"one": "measurement", "many": "measurements"}, {"one": "man", "many": "men"}),
    ({"one": "pup", "many": "pups"}, {"one": "mother", "many": "mothers"}),
    ({"one": "hour", "many": "hours"}, {"one": "earthquake", "many": "earthquakes"}),
    ({"one": "child", "many": "children"}, {"one": "university", "many": "universities"}),
    ({"one": "day", "many": "days"}, {"one": "child", "many": "children"}),
    ({"one": "mouse", "many": "mice"}, {"one": "litter", "many": "litters"}),
    ({"one": "island", "many": "islands"}, {"one": "year", "many": "years"}),
    ({"one": "man", "many": "men"}, {"one": "hour", "many": "hours"}),
]

# What the levels of a predictor are called: by words for things, for people, and by bare answers.
LEVELS = [("low", "high"), ("basement", "first floor"), ("male", "female"), ("no", "yes")]

ABOUT = {
    "title": "A random study",
    "question": "How does growth depend\n\non the dose?",
    "about": "Nobody was measured.\n\nNumbers were drawn.",
    "source": "a generator of random numbers",
}


def random_study(seed: int) -> Study:
    """Draw a study: its shape, its slopes, its words and which special cases it has."""
    rng = np.random.default_rng(seed)
    sizes = _sizes(rng)
    group = np.repeat(np.arange(len(sizes)), sizes)
    x, w = _predictor(rng, group), _group_predictor(rng, len(sizes))
    columns = {"g": group, "x": x, "y": _outcome(rng, group, x, w)}
    unit, noun = NOUNS[rng.integers(len(NOUNS))]
    given: dict[str, Any] = {
        "data": "random.csv",
        "unit": unit,
        "group": {"column": "g", **noun},
        "outcome": {"column": "y", "label": "growth", "units": rng.choice(["", "mm"])},
        "predictor": {"column": "x", "label": "dose", "units": rng.choice(["", "hours"])},
    }
    levels: dict[str, list[str]] = {}
    more = np.random.default_rng([seed, 1])  # its own, so that numbers stay what they were
    if more.random() < 0.5:
        given |= ABOUT
    if set(x) == {0, 1} and more.random() < 0.5:
        levels["x"] = list(LEVELS[more.integers(len(LEVELS))])
        given["predictor"] |= {"levels": dict(enumerate(levels["x"])), "units": ""}
    if w is not None:
        columns["w"] = w[group]
        given["group_predictor"] = {"column": "w", "label": "kind"}
        if len(np.unique(w)) == 2 and rng.random() < 0.7:
            given["group_predictor"]["levels"] = {0: "wild", 1: "tame"}
            levels["w"] = ["wild", "tame"]
            columns["w"] = (columns["w"] == w.max()).astype("int64")
    frame = pd.DataFrame(columns)
    n_rows = len(frame) + int(rng.choice([0, 0, 1, 7]))
    missing = {"growth": n_rows - len(frame)} if n_rows > len(frame) else {}
    study = validate(given, "a random study")
    return study.with_rows(frame, n_rows, missing, levels, np.arange(len(frame)) + 1, [], {})


def random_studies(n: int, start: int = 0) -> Iterator[Study]:
    """Draw `n` studies that a run would take: both vary, the predictor inside groups as well."""
    seed = start
    while n:
        study = random_study(seed)
        seed += 1
        if is_fit(study):
            n -= 1
            yield study


def with_frame(study: Study, frame: pd.DataFrame) -> Study:
    """Return a study with other rows."""
    rows = np.arange(len(frame)) + 1
    return study.with_rows(frame, study.n_rows, study.missing, study.levels, rows, [], {})


def is_fit(study: Study) -> bool:
    """Whether a study would be taken to the chapters at all."""
    frame = study.frame
    group, x, y = (frame[name].to_numpy() for name in "gxy")
    if study.group_predictor is not None and frame["w"].nunique() < 2:
        return False
    x_within, y_within = x - _means(x, group), y - _means(y, group)
    ss_x, ss_y = (x_within**2).sum(), (y_within**2).sum()
    if len(frame) - group.max() - 2 < 1 or ss_x < 1e-9 or ss_y == 0:
        return False
    rest = ss_y - (x_within @ y_within) ** 2 / ss_x
    return bool(rest > 1e-9 * ((y - y.mean()) ** 2).sum())


def _means(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return for each unit the mean of its group."""
    return (np.bincount(group, values) / np.bincount(group))[group]


def _sizes(rng: np.random.Generator) -> np.ndarray:
    n_groups = int(rng.choice([2, 3, 4, 5, 6, 8, 12, 20, 30, 50]))
    kind = rng.integers(4)
    if kind == 0:  # balanced
        return np.full(n_groups, int(rng.choice([2, 3, 5, 10, 40])))
    if kind == 1:  # one large group among small ones
        return np.append(np.full(n_groups - 1, 2), 60)
    if kind == 2:  # several of one unit alone
        return np.maximum(rng.poisson(2, n_groups), 1) + (np.arange(n_groups) == 0)
    return rng.integers(2, 25, n_groups)


def _predictor(rng: np.random.Generator, group: np.ndarray) -> np.ndarray:
    n_groups = group.max() + 1
    kind = rng.integers(5)
    if kind == 0:  # two values
        return (rng.random(len(group)) < rng.choice([0.1, 0.5])).astype(float)
    x = rng.standard_normal(len(group))
    if kind == 1:  # the same mean in all groups
        return x - _means(x, group)
    if kind == 2:  # occasions
        return np.arange(len(group)) - np.flatnonzero(np.diff(group, prepend=-1))[group].astype(
            float
        )
    return x + rng.choice([0.2, 1.0, 5.0]) * rng.standard_normal(n_groups)[group]


def _group_predictor(rng: np.random.Generator, n_groups: int) -> np.ndarray | None:
    kind = rng.integers(4)
    if kind == 0:
        return None
    if kind == 1:
        return rng.standard_normal(n_groups).round(3)
    return rng.permutation(np.arange(n_groups) % 2) if kind == 2 else np.arange(n_groups) % 2


def _outcome(
    rng: np.random.Generator, group: np.ndarray, x: np.ndarray, w: np.ndarray | None
) -> np.ndarray:
    means = _means(x, group)
    n_groups = group.max() + 1
    within, between = rng.choice([-3.0, -0.5, 0.0, 0.0, 0.5, 3.0], 2)
    between = within if rng.random() < 0.3 else between
    sd_group = rng.choice([0.0, 0.2, 1.0, 5.0])
    y = within * (x - means) + between * means
    y += sd_group * rng.standard_normal(n_groups)[group]
    y += rng.choice([0.0, 0.0, 1.0]) * rng.standard_normal(n_groups)[group] * (x - means)
    if w is not None:
        y += (rng.choice([-2.0, 0.0, 2.0]) + rng.choice([-1.5, 0.0, 1.5]) * x) * w[group]
    y += rng.standard_normal(len(group))
    if rng.random() < 0.1:  # groups that do not differ at all
        y -= _means(y, group)
    scale, shift = rng.choice([1e-3, 1.0, 1.0, 50.0, 1e5]), rng.choice([0.0, 0.0, 100.0])
    return scale * (y + shift)
