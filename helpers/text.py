"""Plain words for people; needs no package, so that every room may use it."""

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Name the known word nearest to `word`, however far it is.

    >>> did_you_mean("lable", ["label", "units"])
    "; did you mean 'label'?"
    """
    near = difflib.get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.0)
    exact = [k for k in known if [k.lower()] == near]
    return f"; did you mean {exact[0]!r}?" if exact else ""


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
