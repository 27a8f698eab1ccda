"""What all chapters share: reading a study, fitting it, drawing it, and saying what is true of it.

A chapter imports from here and never from a room inside: ``from helpers import read_study, say``.
Each name is loaded on first use, so that ``import helpers`` stays quick.
"""

from importlib import import_module

_ROOM_OF = {
    "Study": "studyfile",
    "StudyError": "studyfile",
    "read_study": "study",
    "FitError": "moments",
    "Moments": "moments",
    "MixedFit": "mixed",
    "fit_mixed": "mixed",
    "contextual_effect": "variance",
    "icc": "variance",
    "likelihood_ratio_test": "variance",
    "nakagawa_r2": "variance",
    "pseudo_r2": "variance",
    "reliability": "variance",
    "variance_test": "variance",
    "bootstrap": "simulation",
    "simulate": "simulation",
    "Estimate": "results",
    "fixed_effects": "results",
    "mixed_effects": "results",
    "show_estimates": "results",
    "choose": "sentences",
    "count": "sentences",
    "interval": "sentences",
    "number": "sentences",
    "p_value": "sentences",
    "percent": "sentences",
    "say": "sentences",
    "size": "sentences",
    "verdict": "sentences",
    "words": "sentences",
    "draw_caterpillar": "figures",
    "draw_deviations": "figures",
    "draw_difference": "figures",
    "draw_group_sizes": "figures",
    "draw_icc_by_chance": "figures",
    "draw_intercepts": "figures",
    "draw_intervals": "figures",
    "draw_likelihood": "figures",
    "draw_means_against_chance": "figures",
    "draw_means_by_kind": "figures",
    "draw_models": "figures",
    "draw_outcome_by_group": "figures",
    "draw_pairs": "figures",
    "draw_parallel_lines": "figures",
    "draw_pooling": "figures",
    "draw_prototypes": "figures",
    "draw_reliability": "figures",
    "draw_shrinkage": "figures",
    "draw_slopes_in_groups": "figures",
    "draw_total_and_between": "figures",
    "draw_weighted_average": "figures",
    "draw_within_and_between": "figures",
}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    return getattr(import_module(f"helpers.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
