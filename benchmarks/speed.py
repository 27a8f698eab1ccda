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
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import statsmodels
import statsmodels.formula.api as smf

from helpers.models.fit import fit_mixed
from helpers.models.search import optimum
from helpers.models.simulation import bootstrap
from helpers.study.reading import read_study

COURSE = 7185  # rows of the course's own data
LARGE = 1_000_000  # beyond, only what may finish is tried
BUDGET = 5.0  # seconds in which a call is repeated
LIMITS = {"ours": 600, "statsmodels": 180, "lme4": 300}  # seconds, loading included
MODELS = {"random intercept": "1", "random slope": "1 + {x}"}
HEADINGS = (
    "rows | model | fit_mixed, s | optimisation, s | statsmodels / fit_mixed | lme4 / fit_mixed | "
    "memory added, MB | memory added / frame | log-likelihood, statsmodels less fit_mixed | "
    "lme4 less fit_mixed"
)
Found = dict[str, Any]


def simulated(rows: int) -> pd.DataFrame:
    """Draw rows of groups of about 45, in no order, with a random intercept and slope."""
    rng = np.random.default_rng(1)
    n_groups = rows // 45
    g = rng.integers(0, n_groups, rows)
    x = rng.normal(0, 0.5, n_groups)[g] + rng.normal(size=rows)
    y = 1 + 2 * x + rng.normal(size=n_groups)[g] + rng.normal(0, 0.5, n_groups)[g] * x
    return pd.DataFrame({"y": y + rng.normal(0, 2, rows), "x": x, "g": g})


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Time a call once, or often where it is quick; return the median and the last result."""
    times: list[float] = []
    while not times or (sum(times) < BUDGET and len(times) < 25):
        start = time.perf_counter()
        result = call()
        times.append(time.perf_counter() - start)
    return float(np.median(times)), result


def memory(key: str) -> int:
    """Return what the system says of this process's memory, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in lines if line.startswith(key)).split()[1])


def memory_added(call: Callable[[], Any], size: int) -> list[float]:
    """Return by how many MB, and by how many frames, a call raises this process's memory."""
    forget_peak = Path("/proc/self/clear_refs")
    # What a small frame adds disappears in memory that the process has at hand.
    if not forget_peak.exists() or size < 1e6:
        return []
    forget_peak.write_text("5")
    before = memory("VmRSS")
    call()
    added = memory("VmHWM") - before
    return [added / 1e6, added / size]


def measure_ours(frame: pd.DataFrame, formula: str, groups: str, random: str) -> Found:
    """Measure memory and seconds of `fit_mixed`."""
    fit_mixed("y ~ x", simulated(900), "g", "1 + x")  # what only a first call needs
    call = partial(fit_mixed, formula, frame, groups, random)
    added = memory_added(call, frame.memory_usage(index=False).sum())
    seconds, fit = timed(call)
    optimisation, _ = timed(lambda: optimum(fit.best.data, True))
    return {"seconds": seconds, "optimisation": optimisation, "llf": fit.llf, "memory": added}


def measure_statsmodels(frame: pd.DataFrame, formula: str, groups: str, random: str) -> Found:
    """Measure the seconds of statsmodels, with its default options."""
    model = partial(smf.mixedlm, formula, frame, groups=frame[groups], re_formula=random)
    with warnings.catch_warnings():
        # Of no convergence statsmodels warns by the page; the table says it in two words.
        warnings.simplefilter("ignore")
        smf.mixedlm("y ~ x", simulated(900), groups="g").fit()  # what only a first call needs
        seconds, fit = timed(lambda: model().fit())
    return {"seconds": seconds, "llf": float(fit.llf), "converged": bool(fit.converged)}


def run_part(part: str, folder: str, y: str, x: str, groups: str, random: str) -> None:
    """Measure on the columns that `measure` wrote, and print what was found."""
    kinds = {y: np.float64, x: np.float64, groups: np.int64}
    frame = pd.DataFrame({name: np.fromfile(Path(folder, name), kinds[name]) for name in kinds})
    measured = measure_ours if part == "ours" else measure_statsmodels
    print(json.dumps(measured(frame, f"{y} ~ {x}", groups, random)))


def ask(part: str, about: list[str], rows: int) -> Found:
    """Measure in a fresh process; return the limit where it was cut off, nothing if it failed."""
    command = [sys.executable, __file__, "--part", part, *about]
    if part == "lme4":
        script = str(Path(__file__).with_suffix(".R"))
        command = ["Rscript", script, *about, str(rows), str(BUDGET)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMITS[part])
    except subprocess.TimeoutExpired:
        return {"over": LIMITS[part]}
    if done.returncode:
        print(f"{part} failed, {rows:,} rows:", *done.stderr.splitlines()[-1:], file=sys.stderr)
    return {} if done.returncode else json.loads(done.stdout)


def measure(rows: int, random: str, with_r: bool) -> dict[str, Found]:
    """Measure one model on one size of data, by all that may fit it in time."""
    columns = ["mathach", "ses", "schoolid"]
    frame = read_study("hsb").frame[columns] if rows == COURSE else simulated(rows)
    with TemporaryDirectory() as folder:
        for name in frame:
            frame[name].to_numpy().tofile(Path(folder, name))
        about = [folder, *frame, random.format(x=frame.columns[1])]
        found = {"ours": ask("ours", about, rows)}
        if rows <= LARGE:
            found["statsmodels"] = ask("statsmodels", about, rows)
        if with_r and (rows <= LARGE or random == "1"):
            found["lme4"] = ask("lme4", about, rows)
    return found


def row(rows: int, model: str, found: dict[str, Found]) -> str:
    """Write a row of the table."""
    ours = found["ours"]
    if "seconds" not in ours:  # why not went to standard error
        return f"| {rows:,} | {model} | failed{' | -' * 7} |"
    others = [found.get(part, {}) for part in ("statsmodels", "lme4")]
    cells = [f"{rows:,}", model, f"{ours['seconds']:.4f}", f"{ours['optimisation']:.4f}"]
    for other in others:
        ratio = other.get("seconds", other.get("over", np.nan)) / ours["seconds"]
        doubt = "" if other.get("converged", True) else ", not converged"
        cells.append(f"{'> ' * ('over' in other)}{ratio:.1f}{doubt}" if other else "-")
    cells += [f"{value:.2f}" for value in ours["memory"]] if ours["memory"] else ["-", "-"]
    cells += [f"{other['llf'] - ours['llf']:.0e}" if "llf" in other else "-" for other in others]
    return f"| {' | '.join(cells)} |"


def versions(with_r: bool) -> str:
    """Name what is compared, and the number of cores."""
    said = [f"Python {platform.python_version()}"]
    said += [f"{package.__name__} {package.__version__}" for package in (np, statsmodels)]
    if with_r:
        code = 'cat(sprintf("R %s, lme4 %s", getRversion(), packageVersion("lme4")))'
        said.append(subprocess.check_output(["Rscript", "-e", code], text=True))
    return f"{', '.join(said)}; {os.cpu_count()} cores"


def main() -> None:
    """Print versions, the table, and a line on the bootstrap and on growth."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[COURSE, 10**5, 10**6, 10**7])
    parser.add_argument("--no-r", action="store_true", help="leave lme4 out")
    parser.add_argument("--part", nargs=6, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        return run_part(*options.part)

    with_r = not options.no_r and shutil.which("Rscript") is not None
    print(f"{versions(with_r)}\n\n| {HEADINGS} |\n|{' --: |' * 10}", flush=True)
    growth: dict[str, list[tuple[int, float]]] = {model: [] for model in MODELS}
    for rows in sorted(options.rows):
        for model, random in MODELS.items():
            found = measure(rows, random, with_r)
            print(row(rows, model, found), flush=True)
            if rows != COURSE and "seconds" in found["ours"]:
                growth[model].append((rows, found["ours"]["seconds"]))
    fit = fit_mixed("mathach ~ ses", read_study("hsb").frame, "schoolid")
    seconds, _ = timed(lambda: bootstrap(fit, 1000, seed=1))
    said = f"1,000 bootstrap refits of the random intercept on {COURSE:,} rows: {seconds:.2f} s"
    for model, times in growth.items():
        if len(times) > 1:
            exponent = np.polyfit(*np.log(times).T, 1)[0]
            said += f"; {model}: seconds grow as rows to the power {exponent:.2f}"
            said += f" ({len(times)} sizes)"
    print(f"\n{said}.")


if __name__ == "__main__":
    main()
