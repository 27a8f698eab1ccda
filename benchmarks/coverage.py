"""How often the 95% intervals hold the truth: print the table of benchmarks/coverage.md.

    python benchmarks/coverage.py > benchmarks/coverage.md

The groups and predictors are those of High School and Beyond, all 160 schools or every eighth of
them; outcomes are drawn from the model `mathach ~ ses * sector` with a random intercept. The fixed
effects and the total of the two variances are as estimated there; the group's share is varied.
"""

import sys
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pandas as pd

from helpers.models.fit import MixedFit, fit_mixed
from helpers.models.search import optimum
from helpers.models.variance import icc
from helpers.study.reading import read_study

N_STUDIES = 1000
SHARES = (0.02, 0.09, 0.30)
FORMULA = "mathach ~ ses * sector"


def main() -> None:
    """Simulate, and print one row for each number of groups and share of variance."""
    hsb = read_study("hsb").frame
    schools = hsb["schoolid"].unique()
    rows = []
    for chosen in (schools[::8], schools):
        fit = fit_mixed(FORMULA, hsb[hsb["schoolid"].isin(chosen)], "schoolid")
        for share in SHARES:
            held = coverage(fit, fit_mixed(FORMULA, hsb, "schoolid"), share)
            rows.append({"groups": len(chosen), "true ICC": f"{share:.2f}"} | held)
    table = pd.DataFrame(rows)
    print(HEAD)
    print("| " + " | ".join(table.columns) + " |")
    print("|" + "---|" * len(table.columns))
    for row in table.itertuples(index=False):
        print("| " + " | ".join(str(value) for value in row) + " |")


HEAD = f"""# How often the 95% intervals hold the truth

In {N_STUDIES:,} simulated studies a row; the standard error of a percentage near 95 is 0.7.
`benchmarks/coverage.py` prints this page and says how the studies are made. *Profile* means the
profile likelihood, of ML or of REML; *t* an estimate and its standard error by REML with
Satterthwaite's degrees of freedom; *z* the same with the normal distribution. The fixed effect is
that of the sector. *At zero* is how often REML estimated the group variance to be zero.
"""


def coverage(fit: MixedFit, truth: MixedFit, share: float) -> dict[str, str]:
    """Return how often each interval holds the truth, for one share of the group's variance."""
    total = truth.scale + truth.cov_re.iloc[0, 0]
    variance, residual = share * total, (1 - share) * total
    coefficients = np.linalg.solve(
        fit.scaling.scale * fit.scaling.fixed,
        truth.fe_params.to_numpy() - fit.scaling.centre * np.eye(4)[0],
    )
    sigma = np.sqrt(residual) / fit.scaling.scale
    factor = np.array([[np.sqrt(variance / residual)]])
    sector = truth.fe_params["sector"]
    rng = np.random.default_rng(round(1000 * share) + fit.n_groups)
    held: defaultdict[str, int] = defaultdict(int)
    for _ in range(N_STUDIES):
        data = fit.best.data.redrawn(coefficients, factor, sigma, rng)
        by_reml = replace(fit, best=optimum(data, True))
        for name, each in (("ML", by_reml.refit(reml=False)), ("REML", by_reml)):
            limits = each.profile_intervals(["var(Intercept)"]).iloc[0]
            held[f"variance, {name} profile"] += limits["lower"] <= variance <= limits["upper"]
            estimated = icc(each)
            held[f"ICC, {name} profile"] += estimated.conf_low <= share <= estimated.conf_high
        profile = by_reml.profile_intervals(["sector"]).iloc[0]
        held["sector, ML profile"] += profile["lower"] <= sector <= profile["upper"]
        by_t = by_reml.conf_int().loc["sector"]
        held["sector, t"] += by_t[0] <= sector <= by_t[1]
        off = abs(by_reml.fe_params["sector"] - sector) / by_reml.bse_fe["sector"]
        held["sector, z"] += off <= 1.959964
        held["at zero"] += by_reml.boundary
    print(fit.n_groups, share, dict(held), file=sys.stderr)
    return {name: f"{count / N_STUDIES:.1%}" for name, count in sorted(held.items())}


if __name__ == "__main__":
    main()
