"""Studies that the tests make up, as unlike the course's own data as can be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

# The study file's keys for a frame that two_level draws.
KEYS = {"group": {"column": "group"}, "outcome": {"column": "y"}, "predictor": {"column": "x"}}


def write_study(folder: Path, frame: pd.DataFrame, keys: Mapping[str, Any]) -> Path:
    """Write a study file and its data, and return the study file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_csv(folder / "data.csv", index=False)
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump({"data": "data.csv", **keys}, sort_keys=False), "utf-8")
    return path


def two_level(
    *,
    sizes: list[int],
    within: float,
    between: float,
    sd_group: float,
    sd_unit: float = 1.0,
    sd_means: float = 1.0,
    seed: int = 7,
) -> pd.DataFrame:
    """Draw units in groups, with a slope of their own within and between groups.

    Group means of x have standard deviation `sd_means`, x within groups has 1; the outcome has
    what `sd_group` and `sd_unit` say beside the two slopes.
    """
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(len(sizes)), sizes)
    x_group = sd_means * rng.standard_normal(len(sizes))[group]
    x_unit = rng.standard_normal(len(group))
    # Without this the group means would be x_group plus what the units' x happen to leave.
    x_unit -= pd.Series(x_unit).groupby(group).transform("mean").to_numpy()
    y = between * x_group + within * x_unit + sd_group * rng.standard_normal(len(sizes))[group]
    y += sd_unit * rng.standard_normal(len(group))
    return pd.DataFrame({"group": [f"g{j:03d}" for j in group], "x": x_group + x_unit, "y": y})


def with_kinds(
    frame: pd.DataFrame, *, difference: float, interaction: float, numeric: bool = False
) -> pd.DataFrame:
    """Give every group a level-2 predictor w, and let outcome and slope depend on it."""
    rng = np.random.default_rng(1)
    groups = sorted(frame["group"].unique())
    values = rng.permutation(np.arange(len(groups)) % 2)
    if numeric:
        values = rng.standard_normal(len(groups))
    w = frame["group"].map(dict(zip(groups, values, strict=True)))
    return frame.assign(w=w, y=frame["y"] + (difference + interaction * frame["x"]) * w)


def clinics() -> tuple[pd.DataFrame, dict[str, Any]]:
    """Patients in 12 clinics: string ids, a negative slope, missing values, no group predictor."""
    frame = two_level(
        sizes=[9, 14, 22, 30, 8, 17, 25, 41, 12, 19, 6, 33],
        within=-0.8,
        between=-0.4,
        sd_group=0.5,
        seed=3,
    )
    frame = frame.rename(columns={"group": "Clinic ID", "x": "Wait.hours", "y": "Relief"})
    frame["Clinic ID"] = "clinic " + frame["Clinic ID"].str[2:]
    frame["Wait.hours"] = (12 + 2 * frame["Wait.hours"]).round(2)
    frame["Relief"] = (50 + 9 * frame["Relief"]).round(1)
    frame.loc[[3, 80], "Relief"] = np.nan
    frame.loc[[80, 91, 140], "Wait.hours"] = np.nan
    frame.loc[[200], "Clinic ID"] = None
    return frame, {
        "title": "Relief after the wait",
        "unit": {"one": "patient", "many": "patients"},
        "group": {"column": "Clinic ID", "one": "clinic", "many": "clinics"},
        "outcome": {"column": "Relief", "label": "relief from pain", "units": "mm"},
        "predictor": {"column": "Wait.hours", "label": "waiting time", "units": "hours"},
        "question": "Do patients who wait longer find less relief?",
    }
