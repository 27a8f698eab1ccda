"""What other places need to open the course is there, and agrees with what is used here."""

import json
import os
import re
import subprocess

import yaml
from conftest import ROOT

INSTALL = "python -m pip install --no-deps --no-build-isolation --editable ."


def test_binder_finds_an_environment_and_installs_the_course_in_it() -> None:
    # Where one of these folders exists, Binder looks for its files there and not beside README.md.
    assert not (ROOT / "binder").exists()
    assert not (ROOT / ".binder").exists()
    packages = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    names = [package.partition(">=")[0] for package in packages if isinstance(package, str)]
    assert {"pip", "hatchling", "jupyterlab"} <= set(
        names
    )  # what the script below takes for granted
    script = ROOT / "postBuild"
    assert os.access(script, os.X_OK)
    assert script.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    assert INSTALL in script.read_text("utf-8").splitlines()
    assert INSTALL in (ROOT / "README.md").read_text("utf-8").splitlines()  # for conda


def test_the_dev_container_sets_the_course_up() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    recipe = (ROOT / ".devcontainer" / container["build"]["dockerfile"]).read_text("utf-8")
    make, target = container["postCreateCommand"].split()
    plan = subprocess.run(
        [make, "--always-make", "--dry-run", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    folder, interpreter = container["customizations"]["vscode"]["settings"][
        "python.defaultInterpreterPath"
    ].split("/", maxsplit=1)
    assert folder == "${containerWorkspaceFolder}"
    assert f"{interpreter} -m pip install" in plan
    assert f" {container['remoteUser']}\n" in recipe
    assert container["forwardPorts"] == [8888]  # where JupyterLab listens unless it is taken
    wanted = re.search(r'requires-python = ">=(.*)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert recipe.startswith(f"FROM python:{wanted[1]}-")
