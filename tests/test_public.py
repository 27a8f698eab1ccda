"""What a public project is asked for is there, in the forms that others read."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from test_project import PROJECT, PYTHONS

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", ".github/workflows/*.yml"),
        ("github-issue-forms", ".github/ISSUE_TEMPLATE/[!c]*.yml"),
        ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
        ("citation-file-format", "CITATION.cff"),
    ],
)
def test_it_has_the_form_that_its_reader_expects(schema: str, files: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    subprocess.run([*command, *ROOT.glob(files)], check=True)


def test_the_last_release_is_the_version_that_is_installed_and_cited() -> None:
    (version, date), *_ = re.findall(r"^## (\d\S*) - (\S+)$", CHANGELOG, flags=re.M)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert version == PROJECT["version"] == citation["version"]
    assert date == str(citation["date-released"])


def test_what_comes_next_has_a_place_above_the_last_release() -> None:
    assert re.findall("^## (.*)$", CHANGELOG, flags=re.M)[0] == "Unreleased"


def test_each_push_is_tested_on_the_pythons_that_are_promised_and_only_then_published() -> None:
    text = (ROOT / ".github/workflows/course.yml").read_text(encoding="utf-8")
    jobs = yaml.safe_load(text)["jobs"]
    assert jobs["tests"]["strategy"]["matrix"]["python"] == PYTHONS
    assert {"run": ".ci/run"} in jobs["tests"]["steps"]
    assert {"run": "make site"} in jobs["site"]["steps"]
    assert jobs["publish"]["needs"] == ["tests", "site"]


def test_what_runs_there_is_what_everyone_runs() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()[2:] == [
        'cd "$(dirname "$0")/.."',
        "exec make test test-slow",
    ]


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")), ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^):#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
