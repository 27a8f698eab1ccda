"""Nothing that is shown rests on rounding: on the processor, on threads, or on a hash's seed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import CHAPTERS, ROOT, execute
from made_up import KEYS, write_study

pytestmark = pytest.mark.slow

NUMBERS = [path.name[:2] for path in CHAPTERS]
PROGRAM = """
import json, sys
from conftest import execute
study, *numbers = sys.argv[1:]
json.dump({number: execute(number, study).shown for number in numbers}, sys.stdout)
"""
# Kernels of linear algebra for other processors sum in another order.
COMPUTERS = {
    "one thread": {
        "OPENBLAS_CORETYPE": "Prescott",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "1",
    },
    "two threads": {
        "OPENBLAS_CORETYPE": "Nehalem",
        "OPENBLAS_NUM_THREADS": "2",
        "PYTHONHASHSEED": "2",
    },
}


@pytest.mark.parametrize(
    ("name", "seed", "computer"),
    [
        ("hsb", 3, "two threads"),
        ("sleepstudy", 3, "one thread"),
        ("tied", 3, "two threads"),
        ("tied", 6, "one thread"),
    ],
)
def test_another_computer_and_the_last_bits_of_the_data_change_nothing_that_is_shown(
    name: str, seed: int, computer: str, tmp_path: Path
) -> None:
    if name == "tied":
        keys, frame = KEYS | {"group_predictor": {"column": "w"}}, tied_groups()
    else:
        (path,) = (ROOT / "data").rglob(f"{name}.yaml")
        keys = yaml.safe_load(path.read_text(encoding="utf-8"))
        frame = pd.read_csv(path.parent / keys.pop("data"))
    nudged, rng = frame.copy(), np.random.default_rng(seed)
    for role in ("outcome", "predictor"):
        # Equal values stay equal.
        values, where = np.unique(frame[keys[role]["column"]].astype(float), return_inverse=True)
        values *= 1 + rng.integers(-4, 5, len(values)) * np.finfo(float).eps
        nudged[keys[role]["column"]] = values[where]
    as_it_is = write_study(tmp_path / "as it is", frame, keys)
    as_nudged = write_study(tmp_path / "nudged", nudged, keys)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(as_nudged), *NUMBERS],
        cwd=ROOT / "tests",
        env=os.environ | COMPUTERS[computer],
        stdout=subprocess.PIPE,
        text=True,
    ) as elsewhere:
        here = {number: execute(number, str(as_it_is)).shown for number in NUMBERS}
        there = json.loads(elsewhere.communicate()[0])
    for number in NUMBERS:
        assert not differences(here[number], there[number]), number


def tied_groups() -> pd.DataFrame:
    """Return groups whose predictor has one set of values, in an order of each one's own.

    The outcome has few values, so that quartiles of groups often meet.
    """
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.permutation(np.linspace(0.1, 1.3, 10)) for _ in range(18)])
    group = np.repeat(np.arange(18), 10)
    y = 0.1 * (5 * (0.5 * x + rng.standard_normal(18)[group] + rng.standard_normal(180))).round()
    return pd.DataFrame({"group": group, "x": x, "y": y, "w": group % 2})


def differences(
    here: Mapping[str, list[str]], there: Mapping[str, list[str]]
) -> dict[str, tuple[list[str], list[str]]]:
    """Return the cells that show something else, and what they show."""
    return {cell: (here[cell], there[cell]) for cell in here if here[cell] != there[cell]}
