"""The mistakes of the tutorial that this course grew out of, put back one by one: each is caught.

The package is loaded anew with the wrong line in place of the right one, and a test of the numbers
runs on that. A mistake that no test fails on would be one that could come back.
"""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mistake:
    """A wrong line, the right one it replaces, and what calls the tests that should fail."""

    room: str
    right: str
    wrong: str
    tests: Callable[[ModuleType], object]


MISTAKES = {
    "the total variance taken for that within": Mistake(
        "models.variance",
        "share = between / (between + fit.scale)",
        "share = between / float(fit.moments.total_products[-1, -1] / fit.nobs)",
        lambda lme4: lme4.test_the_icc_is_that_of_the_variances_lme4_prints("ses"),
    ),
    "an ICC left over from the model before": Mistake(
        "models.variance",
        "share = between / (between + fit.scale)",
        "share = globals().setdefault('_share', between / (between + fit.scale))",
        lambda lme4: [
            lme4.test_the_icc_is_that_of_the_variances_lme4_prints(name) for name in ("null", "ses")
        ],
    ),
    "a squared less b squared over a squared, without parentheses": Mistake(
        "models.variance",
        "group = 1 - between[0] / between[1] if",
        "group = between[1] - between[0] / between[1] if",
        lambda lme4: lme4.test_pseudo_r2_is_that_of_the_variances_lme4_prints(),
    ),
    "maximum likelihood for restricted": Mistake(
        "models.fit",
        "return MixedFit(design, moments, optimum(data, reml), scaling, rows)",
        "return MixedFit(design, moments, optimum(data, False), scaling, rows)",
        lambda lme4: lme4.test_variances_are_those_of_lme4("ses", "reml"),
    ),
    "N in place of N - p under REML": Mistake(
        "models.reml",
        "return self.data.n_rows - self.reml * self.data.n_fixed",
        "return self.data.n_rows",
        lambda lme4: lme4.test_variances_are_those_of_lme4("ses", "reml"),
    ),
    "z for t in the intervals": Mistake(
        "models.fit",
        "reach = stats.t.ppf(1 - alpha / 2, self.df) * self.bse_fe",
        "reach = stats.norm.ppf(1 - alpha / 2) * self.bse_fe",
        lambda lme4: lme4.test_intervals_are_as_wide_as_t_says(),
    ),
    "z for t in the p-values": Mistake(
        "models.fit",
        "2 * stats.t.sf(np.abs(self.tvalues), self.df)",
        "2 * stats.norm.sf(np.abs(self.tvalues))",
        lambda lme4: lme4.test_degrees_of_freedom_t_and_p_are_those_of_lmertest("ses", "reml"),
    ),
}


class _Mistaken(SourceFileLoader):
    """Load a module with one line replaced."""

    def __init__(self, mistake: Mistake, right: bool) -> None:
        room = mistake.room.replace(".", "/")
        super().__init__(f"helpers.{mistake.room}", str(ROOT / "helpers" / f"{room}.py"))
        self.mistake, self.right = mistake, right

    def get_code(self, fullname: str) -> object:
        source = self.get_data(self.path).decode("utf-8")
        assert source.count(self.mistake.right) == 1
        wrong = source if self.right else source.replace(self.mistake.right, self.mistake.wrong)
        return compile(wrong, self.path, "exec", dont_inherit=True)

    def find_spec(self, fullname: str, *_: object) -> object:
        if fullname == self.name:
            return importlib.util.spec_from_file_location(fullname, self.path, loader=self)
        return None


@contextmanager
def numbers_tested_on(loader: _Mistaken) -> Iterator[ModuleType]:
    """Import the tests of the numbers anew, with a package that the loader had a part in."""
    kept = {name: module for name, module in sys.modules.items() if name.split(".")[0] == "helpers"}
    for name in kept:
        del sys.modules[name]
    sys.meta_path.insert(0, loader)  # type: ignore[arg-type]
    try:
        spec = importlib.util.spec_from_file_location("lme4_anew", ROOT / "tests" / "test_lme4.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.meta_path.remove(loader)  # type: ignore[arg-type]
        for name in [name for name in sys.modules if name.split(".")[0] == "helpers"]:
            del sys.modules[name]
        sys.modules.update(kept)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_planted_mistake_makes_a_test_fail(name: str) -> None:
    mistake = MISTAKES[name]
    with numbers_tested_on(_Mistaken(mistake, right=True)) as tests:
        mistake.tests(tests)
    wrong = numbers_tested_on(_Mistaken(mistake, right=False))
    with wrong as tests, pytest.raises(AssertionError):
        mistake.tests(tests)
