"""Plain words for people; needs no package, so that every room may use it."""

import difflib
from collections.abc import Iterable
from pathlib import Path

NEAR = 0.6  # how much of two words has to agree for one to be meant by the other


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word nearest to `word`, if one is near.

    >>> did_you_mean("lable", ["label", "units"]), did_you_mean("nosuch", ["label", "units"])
    ("; did you mean 'label'?", '')
    """
    by_lower = {each.lower(): each for each in known if each != word}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=NEAR)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""


def near_file(path: Path, there: Iterable[Path]) -> str:
    """Name the file nearest to one that is not there, by what is before the ending.

    >>> near_file(Path("data/hbs.csv"), [Path("data/hsb.csv"), Path("data/readme.csv")])
    "; did you mean 'data/hsb.csv'?"
    """
    by_stem = {each.stem.lower(): each for each in sorted(there) if each != path}
    near = difflib.get_close_matches(path.stem.lower(), by_stem, n=1, cutoff=NEAR)
    return f"; did you mean {str(by_stem[near[0]])!r}?" if near else ""


def listed(names: Iterable[str], near: str = "", most: int = 10) -> str:
    """List names, or of many those nearest to a word, and how many more there are.

    >>> listed(["a", "b", "c"])
    'a, b, c'
    >>> listed([f"q{i}" for i in range(3000)], near="q7x", most=2)
    'q7, q97 and 2,998 more'
    """
    names = list(names)
    if len(names) <= most:
        return ", ".join(names)
    nearest = difflib.get_close_matches(near, names, n=most, cutoff=0.0)
    return f"{', '.join(nearest)} and {len(names) - most:,} more"
