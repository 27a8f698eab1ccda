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
