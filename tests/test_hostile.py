"""Names, labels and ids may hold anything: none becomes code, markup or mathematics."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import CHAPTERS, ROOT, visible
from made_up import two_level, with_kinds, write_study

from helpers import StudyError, read_study

IDS = [
    'a"b',
    "o'c",
    "<script>alert(1)</script>",
    "$x_1$",
    "*b*",
    "🙂",
    "שלום",
    "a,b",
    "a\nb",
    "`ls`",
    "{x}",
    "|p|",
    "=1+1",
    "\\frac",
]


def hostile_study(folder: Path) -> Path:
    """Write a study whose every word is one that some program could take for its own."""
    frame = with_kinds(
        two_level(sizes=[8] * len(IDS), within=1, between=1, sd_group=1),
        difference=1,
        interaction=0,
    )
    frame["group"] = frame["group"].map(dict(zip(sorted(set(frame["group"])), IDS, strict=True)))
    marker = folder / "reached"
    columns = {
        "group": "g \"#1'",
        "x": f"x); import os; os.system('touch {marker}",
        "y": "y\n<img src=x onerror=alert(1)>",
        "w": "{__import__('os').getcwd()}",
    }
    keys = {
        "title": "<script>alert(2)</script> $\\frac{1}{0}$ 🙂",
        "unit": {"one": "<b>unit", "many": "*units* $"},
        "group": {"column": columns["group"], "one": "g|roup", "many": "`groups`"},
        "outcome": {"column": columns["y"], "label": "y_1 $ <i>", "units": "% & {0}"},
        "predictor": {"column": columns["x"], "label": "[x](javascript:alert(3))"},
        "group_predictor": {
            "column": columns["w"],
            "label": "שלום #",
            "levels": {0: "</script>", 1: "{evil}"},
        },
        "question": "Is <script>alert(4)</script> read?",
        "about": "An <img src=x onerror=alert(5)> and a [link](javascript:alert(6)).",
    }
    return write_study(folder, frame.rename(columns=columns), keys)


@pytest.mark.slow
def test_a_hostile_study_runs_and_nothing_in_it_is_obeyed(tmp_path: Path) -> None:
    path, out = hostile_study(tmp_path), tmp_path / "out"
    command = [sys.executable, "-m", "helpers", "run", str(path), "--out", str(out)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Warning" not in result.stderr
    assert not (tmp_path / "reached").exists()
    assert len(list(out.glob("0*.html"))) == len(CHAPTERS)
    for page in out.glob("*.html"):
        body = re.sub(r"<style.*?</style>", "", page.read_text("utf-8"), flags=re.S)
        assert not re.findall(r"<script|<img src=x|<b>unit|<i>|href=\"javascript", body)
        assert 'onerror="' not in body
        # Words are seen as they were given, without the signs that keep them from being markup.
        assert not re.findall(r"\\[`*_{}\[\]#|~$+-]|&(?:amp|lt|gt|#\d+);", visible(body))
        assert "*units* $" in visible(body)
    for notebook in out.glob("*.ipynb"):
        for cell in nbformat.read(notebook, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.get("name") != "stderr", output.text
                markdown = output.get("data", {}).get("text/markdown", "")
                if "about" not in cell.id and "story" not in cell.id:
                    assert not re.findall(r"<script|<b>unit|<i>", markdown)


def test_names_in_formulas_are_identifiers(tmp_path: Path) -> None:
    study = read_study(hostile_study(tmp_path))
    assert all(name.isidentifier() for name in study.frame.columns)
    assert sorted(map(str, study.frame[study.group.name].unique())) == sorted(IDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("data: &a x.csv\ntitle: *a\n", "an alias"),
        ("data: !!python/object/apply:os.system ['ls']\n", "not valid YAML: line 1"),
        ("data: x.csv\n" + "#" * 1_000_001, "is larger than a study file can be"),
    ],
)
def test_yaml_that_would_run_or_swell_is_refused(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text)
    with pytest.raises(StudyError, match=message):
        read_study(path)
