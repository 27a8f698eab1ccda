"""What `check` calls fit to run can be run: every model of the chapters has estimates."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from conftest import CHAPTERS
from made_up import KEYS, write_study

from helpers import (
    FitError,
    Study,
    StudyError,
    contextual_effect,
    fit_mixed,
    icc,
    means_differ,
    read_study,
)
from helpers.study.reading import FEW_GROUPS

# The formulas of the chapters, by what a study needs for them.
ALWAYS = ("{y} ~ 1", "{y} ~ {x}", "{y} ~ {x}_within", "{y}_within ~ 0 + {x}_within")
MEANS_DIFFER = ("{y} ~ {x} + {x}_mean", "{y} ~ {x}_within + {x}_mean", "{y} ~ {x}_mean")
KINDS = ("{y} ~ {x} + {w}", "{y} ~ {x} * {w}")
KINDS_AND_MEANS = ("{y} ~ {x} + {w} + {x}_mean",)
# Fitted under other names, by least squares, or only where they can be.
OTHERS = {
    "{y} ~ deviation_of_x + mean_of_x",
    "{y} ~ {both}",
    "{y} ~ {on_means}",
    "{y} ~ {predictors}",
    "{y} ~ {with_mean}",
    "{y} ~ deviation_of_x",
    "{y} ~ {w}",
    "{y}_within ~ 0 + moved_within",
    "{y} ~ 0 + C({group}) + {x}",
    "{y} ~ 0 + C({group}) + {x} + {w}",
    "{y} ~ {x}_within * {w}",
    "{y} ~ {x}_within * {w} + {x}_mean * {w}",
}


def test_the_formulas_here_are_those_of_the_chapters() -> None:
    written = {
        formula
        for path in CHAPTERS
        for cell in nbformat.read(path, as_version=4).cells
        for formula in re.findall(r'f"([^"]*~[^"]*)"', cell.source * (cell.cell_type == "code"))
    }
    known = {*ALWAYS, *MEANS_DIFFER, *KINDS, *KINDS_AND_MEANS, *OTHERS}
    assert written == known - {"{y} ~ {x}_within + {x}_mean"}  # which chapter 4 calls {both}


def tiny_study(seed: int) -> pd.DataFrame:
    """Draw a study so small or so regular that a model may well have no estimates."""
    rng = np.random.default_rng(seed)
    n_groups = int(rng.integers(2, 9))
    sizes = rng.integers(1, 5, n_groups) if seed % 3 else np.full(n_groups, rng.integers(1, 4))
    group = np.repeat(np.arange(n_groups), sizes)
    w_of_group = rng.integers(0, rng.choice([2, 3, 9]), n_groups)
    w = w_of_group[group]
    place = np.concatenate([np.arange(size) for size in sizes])
    x = {
        "numbers": lambda: rng.standard_normal(len(group)).round(2),
        "few values": lambda: rng.integers(0, 3, len(group)),
        "occasions": lambda: place,
        "dose": lambda: place * w,
        "dose from a level of its own": lambda: place * w + w_of_group[group],
        "as the kind": lambda: place + w,
        "centred": lambda: (place - pd.Series(place).groupby(group).transform("mean")).round(4),
    }[
        str(
            rng.choice(
                [
                    "numbers",
                    "numbers",
                    "few values",
                    "occasions",
                    "dose",
                    "dose from a level of its own",
                    "as the kind",
                    "centred",
                ]
            )
        )
    ]()
    own = rng.integers(0, 5, n_groups)[group]
    y = {
        "numbers": lambda: rng.standard_normal(len(group)).round(2),
        "few values": lambda: rng.integers(0, 3, len(group)),
        "own level": lambda: own,
        "line": lambda: 2 * x + own,
        "lines by kind": lambda: (1 + w) * x + own,
        "line and a little": lambda: 2 * x + own + (np.arange(len(group)) == 0),
    }[
        str(
            rng.choice(
                [
                    "numbers",
                    "numbers",
                    "few values",
                    "own level",
                    "line",
                    "lines by kind",
                    "line and a little",
                ]
            )
        )
    ]()
    return pd.DataFrame({"group": group, "x": x, "y": y, "w": w})


def fit_all(study: Study) -> Iterator[str]:
    """Fit what the chapters fit, and take from it what they take; name what has no estimates."""
    y, x, group = study.outcome.name, study.predictor.name, study.group.name
    w = study.group_predictor.name if study.group_predictor else None
    data = study.frame
    for name in (x, y):
        data[f"{name}_mean"] = data.groupby(group)[name].transform("mean")
        data[f"{name}_within"] = data[name] - data[f"{name}_mean"]
    means = data.groupby(group)[x].mean()
    differ = means_differ(means, data[x]) and len(means) > 2
    formulas = list(ALWAYS[:3]) + [f for f in MEANS_DIFFER if differ]
    if w is not None and len(means) >= FEW_GROUPS:
        formulas += [*KINDS, *(f for f in KINDS_AND_MEANS if differ)]
    for formula in formulas:
        try:
            fit = fit_mixed(formula.format(y=y, x=x, w=w), data, groups=group)
            assert np.isfinite([*fit.fe_params, *fit.bse_fe, fit.scale, fit.llf]).all()
            if formula == "{y} ~ 1":
                icc(fit)
            if formula == "{y} ~ {x}" and differ:
                contextual_effect(fit, x)
        except FitError as error:
            yield f"{formula}: {error}"


@pytest.mark.parametrize(
    "start",
    [0, *(pytest.param(start, marks=pytest.mark.slow) for start in range(30, 300, 30))],
)
def test_every_model_of_the_chapters_can_be_fitted_to_what_is_called_fit_to_run(
    start: int, tmp_path: Path
) -> None:
    n_fit = 0
    for seed in range(start, start + 30):
        keys = KEYS | ({"group_predictor": {"column": "w"}} if seed % 4 else {})
        try:
            study = read_study(write_study(tmp_path, tiny_study(seed), keys))
        except StudyError:
            continue
        n_fit += 1
        assert list(fit_all(study)) == [], seed
    assert n_fit >= 5
