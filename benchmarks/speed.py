"""Time `fit_mixed` beside statsmodels and lme4, and print the ratios as one Markdown table.

    .venv/bin/python benchmarks/speed.py

Seconds differ from machine to machine, ratios within one run much less. Each measurement has a
process of its own, and a quick one is the median of several calls.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf

from helpers.simulation import bootstrap
from helpers.mixed import fit_mixed
from helpers.reml import optimum
from helpers.study import read_study

COURSE = 7185  # rows of the course's own data
LARGE = 1_000_000  # beyond, only what may finish is tried
BUDGET = 5.0  # seconds in which a call is repeated
LIMITS = {"ours": 600, "statsmodels": 180, "lme4": 300}  # seconds, loading included
MODELS = {"random intercept": "1", "random slope": "1 + {x}"}
HEADINGS = (
    "rows",
    "model",
    "fit_mixed, s",
    "optimisation, s",
    "statsmodels / fit_mixed",
    "lme4 / fit_mixed",
    "memory added, MB",
    "memory added / frame",
    "log-likelihood less ours: statsmodels",
    "lme4",
)


def simulated(rows: int) -> pd.DataFrame:
    """Draw rows of groups of about 45, in no order, with a random intercept and slope."""
    rng = np.random.default_rng(1)
    n_groups = rows // 45
    g = rng.integers(0, n_groups, rows)
    x = rng.normal(0, 0.5, n_groups)[g] + rng.normal(size=rows)
    y = 1 + 2 * x + rng.normal(size=n_groups)[g] + rng.normal(0, 0.5, n_groups)[g] * x
    return pd.DataFrame({"y": y + rng.normal(0, 2, rows), "x": x, "g": g})


def data_of(rows: int) -> pd.DataFrame:
    """Return outcome, predictor and groups of the course's data, or simulated ones."""
    if rows == COURSE:
        return read_study("hsb").frame[["mathach", "ses", "schoolid"]]
    return simulated(rows)


def read_columns(folder: str, names: list[str]) -> pd.DataFrame:
    """Read what `measure` wrote: 8 bytes a value, floats but for the groups."""
    kinds = zip(names, (np.float64, np.float64, np.int64), strict=True)
    return pd.DataFrame({name: np.fromfile(Path(folder, name), kind) for name, kind in kinds})


def median_seconds(call: Callable[[], Any]) -> float:
    """Time a call once, or often where it is quick."""
    times: list[float] = []
    while not times or (sum(times) < BUDGET and len(times) < 25):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def memory_added(call: Callable[[], Any]) -> int | None:
    """Return by how many bytes a call raises this process's memory at most; None if not known."""
    try:
        Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    except OSError:
        return None
    before = _status("VmRSS")
    kept = call()
    peak = _status("VmHWM")
    del kept  # what the call returned counts too
    return peak - before


def _status(key: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(key)).split()[1])


def measure_ours(frame: pd.DataFrame, formula: str, random: str, groups: str) -> dict[str, Any]:
    """Measure memory and seconds of `fit_mixed`."""
    fit_mixed("y ~ x", simulated(900), "g", "1 + x")  # imports and the like, once
    memory = memory_added(lambda: fit_mixed(formula, frame, groups, random))
    fit = fit_mixed(formula, frame, groups, random)
    return {
        "memory": memory,
        "frame": int(frame.memory_usage(index=False).sum()),
        "llf": fit.llf,
        "seconds": median_seconds(lambda: fit_mixed(formula, frame, groups, random)),
        "optimisation": median_seconds(lambda: optimum(fit.best.data, True)),
    }


def measure_statsmodels(
    frame: pd.DataFrame, formula: str, random: str, groups: str
) -> dict[str, Any]:
    """Measure the seconds of statsmodels, with its default options."""

    def fitted(formula: str, frame: pd.DataFrame, groups: str, random: str) -> Any:
        return smf.mixedlm(formula, frame, groups=frame[groups], re_formula=random).fit()

    with warnings.catch_warnings():
        # That statsmodels doubts its convergence shows in the log-likelihood; here it is timed.
        warnings.simplefilter("ignore")
        fitted("y ~ x", simulated(900), "g", "1 + x")
        results: list[Any] = []
        seconds = median_seconds(lambda: results.append(fitted(formula, frame, groups, random)))
        return {"seconds": seconds, "llf": float(results[-1].llf)}


PARTS = {"ours": measure_ours, "statsmodels": measure_statsmodels}


def asked(part: str, folder: str, names: list[str], random: str, rows: int) -> dict[str, Any]:
    """Measure in a fresh process; say so where it was cut off, or failed."""
    here = Path(__file__)
    about = [folder, *names, random]
    command = [sys.executable, str(here), "--part", part, *about]
    if part == "lme4":
        command = ["Rscript", str(here.with_suffix(".R")), *about, str(rows), str(BUDGET)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMITS[part])
    except subprocess.TimeoutExpired:
        return {"over": LIMITS[part]}
    if done.returncode:
        print(f"{part}, {rows:,} rows: {done.stderr}", file=sys.stderr)
        return {}
    return json.loads(done.stdout)


def measure(rows: int, random: str, with_r: bool) -> dict[str, dict[str, Any]]:
    """Measure one model on one size of data, by all that can fit it in time."""
    frame = data_of(rows)
    names = list(frame)
    random = random.format(x=names[1])
    parts = ["ours", "statsmodels"] if rows <= LARGE else ["ours"]
    if with_r and (rows <= LARGE or random == "1"):
        parts.append("lme4")
    with TemporaryDirectory() as folder:
        for name in names:
            frame[name].to_numpy().tofile(Path(folder, name))
        del frame
        return {part: asked(part, folder, names, random, rows) for part in parts}


def row(rows: int, model: str, found: dict[str, dict[str, Any]]) -> str:
    """Write a row of the table."""
    ours = found["ours"]
    others = [found.get(part, {}) for part in ("statsmodels", "lme4")]
    memory = ours["memory"]
    ratios = [
        f"{other['seconds'] / ours['seconds']:.1f}"
        if "seconds" in other
        else f"> {other['over'] / ours['seconds']:.0f}"
        if "over" in other
        else "-"
        for other in others
    ]
    apart = [f"{o['llf'] - ours['llf']:.1e}" if "llf" in o else "-" for o in others]
    memories = ["-", "-"] if memory is None else [memory / 1e6, memory / ours["frame"]]
    cells = [f"{rows:,}", model, f"{ours['seconds']:.4f}", f"{ours['optimisation']:.4f}", *ratios]
    cells += [m if isinstance(m, str) else f"{m:.2f}" for m in memories] + apart
    return f"| {' | '.join(cells)} |"


def versions(with_r: bool) -> str:
    """Name what is compared, and the number of cores."""
    said = [f"Python {platform.python_version()}", f"numpy {np.__version__}"]
    said.append(f"statsmodels {statsmodels.__version__}")
    if with_r:
        code = 'cat("R ", format(getRversion()), ", lme4 ", format(packageVersion("lme4")), sep="")'
        said.append(subprocess.check_output(["Rscript", "-e", code], text=True))
    return f"{', '.join(said)}; {os.cpu_count()} cores"


def growth(seconds: dict[int, float]) -> str:
    """Return the exponent with which seconds grow with simulated rows."""
    sizes = [rows for rows in seconds if rows != COURSE]
    if len(sizes) < 2:
        return "-"
    logs = np.log([[rows, seconds[rows]] for rows in sizes])
    return f"{np.polyfit(*logs.T, 1)[0]:.2f}"


def main() -> None:
    """Print versions, the table, and a line on the bootstrap and on growth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[COURSE, 10**5, 10**6, 10**7])
    parser.add_argument("--no-r", action="store_true", help="leave lme4 out")
    parser.add_argument("--part", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        part, folder, y, x, groups, random = options.part
        frame = read_columns(folder, [y, x, groups])
        return print(json.dumps(PARTS[part](frame, f"{y} ~ {x}", random, groups)))

    with_r = not options.no_r and shutil.which("Rscript") is not None
    print(versions(with_r), end="\n\n")
    print(f"| {' | '.join(HEADINGS)} |\n|{' --: |' * len(HEADINGS)}")
    seconds: dict[str, dict[int, float]] = {model: {} for model in MODELS}
    for rows in sorted(options.rows):
        for model, random in MODELS.items():
            found = measure(rows, random, with_r)
            seconds[model][rows] = found["ours"]["seconds"]
            print(row(rows, model, found), flush=True)
    fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    refits = median_seconds(lambda: bootstrap(fit, 1000, seed=1))
    grown = ", ".join(f"{growth(of)} ({model})" for model, of in seconds.items())
    print(f"\n1,000 bootstrap refits: {refits:.2f} s. Seconds grow as rows to the power {grown}.")


if __name__ == "__main__":
    main()
