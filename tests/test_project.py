"""What a newcomer is told is so: the environments agree, and importing stays light."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import nbformat
import pytest
import yaml
from conftest import CHAPTERS, ROOT
from lean import make_lean
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))


def parts(requirement: str) -> tuple[str, str]:
    name, _, version = requirement.partition(">=")
    return name, version


def requirements(*extras: str) -> list[str]:
    """Return what the base and some extras ask for; an extra may name others of the project."""
    needed = list(PROJECT["dependencies"])
    for extra in extras:
        for each in PROJECT["optional-dependencies"][extra]:
            asked = Requirement(each)
            own = asked.name == PROJECT["name"]
            needed += requirements(*asked.extras) if own else [each]
    return needed


def test_conda_gets_the_packages_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    listed = dict(map(parts, [*conda, *pip["pip"]]))
    assert listed.pop("python") == PROJECT["requires-python"].removeprefix(">=")
    assert listed.pop("pip") == ""
    assert listed == dict(map(parts, requirements("test")))


def test_what_builds_the_package_comes_with_the_extra_that_make_installs() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    for requirement in build["requires"]:
        assert requirement in PROJECT["optional-dependencies"]["build"]


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the packages that code imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def code_of(path: Path) -> str:
    """Return a program, or the code of a notebook without IPython's own lines."""
    if path.suffix == ".py":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return re.sub(r"^%.*", "", code, flags=re.M)


# What a program may import beside the base, by the beginning of its path.
EXTRAS = {
    "data/": ["test"],
    "helpers/running/cluster.py": ["cluster"],
    "helpers/course/demonstrations/live.py": ["lab"],
    "helpers/study/tables.py": ["formats"],
    "site/": ["site"],
    "tests/": ["test"],
}


def test_all_that_is_imported_is_declared() -> None:
    from_package = packages_distributions()
    folders = ("benchmarks", "data", "handouts", "helpers", "site", "slides", "tests")
    programs = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    assert len(programs) > 50
    for path in [*programs, *CHAPTERS]:
        place = path.relative_to(ROOT).as_posix()
        extras = [extra for start in EXTRAS if place.startswith(start) for extra in EXTRAS[start]]
        declared = {canonicalize_name(Requirement(each).name) for each in requirements(*extras)}
        own = {"helpers", *(beside.stem for beside in path.parent.glob("*.py"))}
        for name in set(imported(ast.parse(code_of(path)))) - own - sys.stdlib_module_names:
            known = {canonicalize_name(each) for each in from_package.get(name, [name])}
            assert known & declared, f"{place} imports {name}, which is not declared for it"


def test_what_helps_against_a_missing_package_names_the_packages_of_the_extra() -> None:
    for room, extra in (("study/reading", "formats"), ("running/cluster", "cluster")):
        (named,) = re.findall(r"how_to_add\(([^)]*)\)", code_of(ROOT / f"helpers/{room}.py"))
        declared = PROJECT["optional-dependencies"][extra]
        assert re.findall(r"[\w-]+", named) == [Requirement(each).name for each in declared]


def test_each_python_that_is_named_is_one_that_the_project_takes() -> None:
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


def test_estimation_needs_no_more_than_five_packages(tmp_path: Path) -> None:
    packages = ("numpy", "scipy", "pandas", "patsy", "narwhals")
    python = make_lean(tmp_path, packages)
    program = f"""if True:
        import sys
        sys.path.append({str(ROOT)!r})
        import pandas as pd
        from helpers import FitError, fit_mixed, icc, variance_test
        data = pd.read_csv({str(ROOT / "data" / "more" / "sleepstudy.csv")!r})
        fit = fit_mixed("Reaction ~ Days", data, groups="Subject")
        print(fit.summary(), fit.profile_intervals(), fit.predict(), icc(fit), variance_test(fit))
        try:
            fit_mixed("Reaction ~ Day", data, groups="Subject")
        except FitError as error:
            print(error)
        """
    result = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True)
    assert "did you mean 'Days'?" in result.stdout, result.stderr


def test_importing_helpers_loads_nothing_heavy() -> None:
    program = "import sys, helpers, json; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    loaded = json.loads(run.stdout)
    for package in ("statsmodels", "seaborn", "matplotlib", "scipy", "papermill"):
        assert package not in loaded


def test_every_public_name_can_be_imported_and_has_an_example() -> None:
    import helpers

    for name in helpers.__all__:
        assert ">>> " in (getattr(helpers, name).__doc__ or ""), name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = helpers.nothing


def test_the_readme_names_the_commands_that_make_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([\w-]+):", makefile, flags=re.M)
    for command in re.findall(r"make ([\w-]+)", readme):
        assert command in targets
    assert 'pytest -m "not slow" --nbval --nbval-current-env -n auto --dist loadfile' in makefile
    assert readme.count("pytest --nbval --nbval-current-env -n auto --dist loadfile") == 2
