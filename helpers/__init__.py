"""What all chapters share: reading a study, fitting it, drawing it, and saying what is true of it.

A chapter imports from here and never from a room inside: ``from helpers import read_study, say``.
Each name is loaded on first use, so that ``import helpers`` stays quick.
"""

from importlib import import_module

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
    "choose": "course.words",
    "count": "course.words",
    "interval": "course.words",
    "number": "text",
    "p_value": "text",
    "percent": "text",
    "say": "course.words",
    "magnitude": "course.words",
    "verdict": "course.words",
    "words": "course.words",
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
