"""What all chapters share: reading a study, fitting it, drawing it, and saying what is true of it.

A chapter imports from here and never from a room inside: ``from helpers import read_study, icc``.
Each name is loaded on first use, so that ``import helpers`` stays quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.chapters.checking import Check as Check
    from helpers.course.demonstrations.simulated import (
        demonstrate_between_within as demonstrate_between_within,
    )
    from helpers.course.demonstrations.simulated import demonstrate_icc as demonstrate_icc
    from helpers.course.demonstrations.simulated import (
        demonstrate_naive_error as demonstrate_naive_error,
    )
    from helpers.course.demonstrations.simulated import (
        demonstrate_shrinkage as demonstrate_shrinkage,
    )
    from helpers.course.estimates import estimates_of as estimates_of
    from helpers.course.estimates import show_estimates as show_estimates
    from helpers.course.findings import means_differ as means_differ
    from helpers.course.words import count as count
    from helpers.course.words import interval as interval
    from helpers.course.words import magnitude as magnitude
    from helpers.course.words import words as words
    from helpers.models.estimate import Estimate as Estimate
    from helpers.models.fit import MixedFit as MixedFit
    from helpers.models.fit import fit_mixed as fit_mixed
    from helpers.models.moments import FitError as FitError
    from helpers.models.moments import Moments as Moments
    from helpers.models.simulation import bootstrap as bootstrap
    from helpers.models.simulation import simulate as simulate
    from helpers.models.variance import contextual_effect as contextual_effect
    from helpers.models.variance import icc as icc
    from helpers.models.variance import likelihood_ratio_test as likelihood_ratio_test
    from helpers.models.variance import nakagawa_r2 as nakagawa_r2
    from helpers.models.variance import pseudo_r2 as pseudo_r2
    from helpers.models.variance import reliability as reliability
    from helpers.models.variance import variance_test as variance_test
    from helpers.study.file import Study as Study
    from helpers.study.file import StudyError as StudyError
    from helpers.study.reading import read_study as read_study
    from helpers.text import number as number
    from helpers.text import p_value as p_value
    from helpers.text import percent as percent

_ROOM_OF = {
    "Study": "study.file",
    "StudyError": "study.file",
    "read_study": "study.reading",
    "FitError": "models.moments",
    "Moments": "models.moments",
    "MixedFit": "models.fit",
    "fit_mixed": "models.fit",
    "contextual_effect": "models.variance",
    "icc": "models.variance",
    "likelihood_ratio_test": "models.variance",
    "nakagawa_r2": "models.variance",
    "pseudo_r2": "models.variance",
    "reliability": "models.variance",
    "variance_test": "models.variance",
    "Check": "chapters.checking",
    "bootstrap": "models.simulation",
    "simulate": "models.simulation",
    "Estimate": "models.estimate",
    "estimates_of": "course.estimates",
    "means_differ": "course.findings",
    "show_estimates": "course.estimates",
    "count": "course.words",
    "interval": "course.words",
    "number": "text",
    "p_value": "text",
    "percent": "text",
    "magnitude": "course.words",
    "words": "course.words",
    "demonstrate_between_within": "course.demonstrations.simulated",
    "demonstrate_icc": "course.demonstrations.simulated",
    "demonstrate_naive_error": "course.demonstrations.simulated",
    "demonstrate_shrinkage": "course.demonstrations.simulated",
}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    return getattr(import_module(f"helpers.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
