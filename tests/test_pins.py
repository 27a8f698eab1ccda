"""What is installed is what was tested: two sets of pins, the one a part of the other."""

import re

import pytest
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_project import PYTHONS, requirements

SETS = {"requirements.txt": ("build", "lab"), "requirements-test.txt": ("test",)}
VERSIONS = [f"{python}.{patch}" for python in PYTHONS for patch in (0, 9)]
each_set = pytest.mark.parametrize("file", SETS)


def blocks(file: str) -> list[str]:
    """Return the pins of a file, each with its hashes."""
    return re.split(r"^(?=\S)", (ROOT / file).read_text(encoding="utf-8"), flags=re.M)[1:]


def pins(file: str) -> list[Requirement]:
    return [Requirement(block.partition(" \\\n")[0]) for block in blocks(file)]


def installed(file: str, python: str) -> list[Requirement]:
    """Return the pins that a Python on Linux takes from a file."""
    place = {
        "implementation_name": "cpython",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
    }
    return [pin for pin in pins(file) if not pin.marker or pin.marker.evaluate(place)]


@each_set
@pytest.mark.parametrize("python", VERSIONS)
def test_each_python_gets_all_that_is_needed_once_and_new_enough(file: str, python: str) -> None:
    chosen = installed(file, python)
    versions = {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in chosen}
    assert len(versions) == len(chosen)  # pip refuses a package that is pinned twice
    for requirement in map(Requirement, requirements(*SETS[file])):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier


@each_set
def test_every_pin_has_hashes_and_no_address(file: str) -> None:
    assert all("--hash=sha256:" in block for block in blocks(file))
    assert not any("://" in block for block in blocks(file))


@pytest.mark.parametrize("python", VERSIONS)
def test_what_runs_the_course_is_tested_in_the_same_versions(python: str) -> None:
    run, test = (set(map(str, installed(file, python))) for file in SETS)
    assert {line.partition(";")[0] for line in run} < {line.partition(";")[0] for line in test}


def test_who_only_runs_the_course_downloads_nothing_that_only_tests_need() -> None:
    run, test = ({pin.name for pin in pins(file)} for file in SETS)
    assert {"duckdb", "playwright", "polars", "pytest", "ruff", "sphinx"} <= test - run
