"""What a newcomer is told is so: the environments agree, and importing stays light."""

import json
import re
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def parts(requirement: str) -> tuple[str, str]:
    name, _, version = requirement.partition(">=")
    return name, version


def test_conda_gets_the_packages_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    listed = dict(map(parts, [*conda, *pip["pip"]]))
    assert listed.pop("python") == PROJECT["requires-python"].removeprefix(">=")
    assert listed.pop("pip") == ""
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    assert listed == dict(map(parts, needed))


def test_every_requirement_is_pinned_with_hashes_and_without_an_address() -> None:
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", PINS, flags=re.M))
    for requirement in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]:
        assert parts(requirement)[0] in pinned
    blocks = re.split(r"^(?=\S)", PINS, flags=re.M)
    assert all("--hash=sha256:" in block for block in blocks if block.strip())
    assert "://" not in PINS


def test_what_builds_the_package_is_pinned_too() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    for requirement in build["requires"]:
        assert f"\n{parts(requirement)[0]}==" in PINS


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
