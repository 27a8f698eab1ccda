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
    "Check": "exercises.checking",
    "bootstrap": "simulation",
    "simulate": "simulation",
    "Estimate": "results",
    "fixed_effects": "results",
    "mixed_effects": "results",
    "show_estimates": "results",
    "choose": "sentences",
    "count": "sentences",
    "counted": "sentences",
    "interval": "sentences",
    "number": "sentences",
    "p_value": "sentences",
    "percent": "sentences",
    "say": "sentences",
    "size": "sentences",
    "verdict": "sentences",
    "words": "sentences",
    "demonstrate_icc": "demonstrations",
    "demonstrate_naive_error": "demonstrations",
    "demonstrate_shrinkage": "demonstrations",
    "draw_caterpillar": "figures.random_effects",
    "draw_deviations": "figures.fixed_effects",
    "draw_difference": "figures.sector_interaction",
    "draw_group_sizes": "figures.exploration",
    "draw_icc_by_chance": "figures.intraclass_correlation",
    "draw_intercepts": "figures.random_effects",
    "draw_intervals": "figures.between_within",
    "draw_likelihood": "figures.random_effects",
    "draw_means_against_chance": "figures.exploration",
    "draw_means_by_kind": "figures.sector_interaction",
    "draw_models": "figures.random_effects",
    "draw_outcome_by_group": "figures.exploration",
    "draw_pairs": "figures.intraclass_correlation",
    "draw_parallel_lines": "figures.fixed_effects",
    "draw_pooling": "figures.random_effects",
    "draw_prototypes": "figures.sector_interaction",
    "draw_reliability": "figures.intraclass_correlation",
    "draw_shrinkage": "figures.random_effects",
    "draw_slopes_in_groups": "figures.exploration",
    "draw_total_and_between": "figures.between_within",
    "draw_weighted_average": "figures.between_within",
    "draw_within_and_between": "figures.between_within",
}

__all__ = sorted(_ROOM_OF)


def __getattr__(name: str) -> object:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'helpers' has no attribute {name!r}")
    return getattr(import_module(f"helpers.{_ROOM_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
