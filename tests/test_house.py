"""The house: each floor knows only those below it, no two rooms know each other."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from conftest import ROOT

import helpers

# What each floor of helpers may know; `text` knows nothing, and `__main__` stands above them all.
MAY_KNOW = {
    "text": set(),
    "models": {"text"},
    "study": {"text"},
    "course": {"text", "models", "study"},
    "chapters": {"text", "models", "study", "course"},
    "running": {"text", "models", "study", "course", "chapters"},
}
ROOMS = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "helpers").rglob("*.py"))
    if path.parent.name != "helpers" or path.stem == "text"
}


def known_to(room: str) -> Iterator[str]:
    """Yield the rooms that a room imports from, at its top, inside functions and for types."""
    for node in ast.walk(ast.parse(ROOMS[room].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in ROOMS else str(node.module) for name in whole)


def floor(room: str) -> str:
    return room.split(".")[1]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_knows_only_floors_below_its_own(room: str) -> None:
    for known in known_to(room):
        assert known in ROOMS, f"{room} imports from {known}, which is no room"
        assert floor(known) == floor(room) or floor(known) in MAY_KNOW[floor(room)], known


def test_no_two_rooms_know_each_other_not_even_by_a_third() -> None:
    tuple(TopologicalSorter({room: set(known_to(room)) for room in ROOMS}).static_order())


def test_a_chapter_knows_nothing_of_another() -> None:
    for room in ROOMS:
        if floor(room) == "chapters" and room.count(".") == 3:
            chapter = room.rpartition(".")[0]
            others = [k for k in known_to(room) if floor(k) == "chapters"]
            assert all(other.startswith(f"{chapter}.") for other in others), others


def test_what_travels_to_a_cluster_knows_no_other_room_of_running() -> None:
    assert not [k for k in known_to("helpers.running.execute") if floor(k) == "running"]


def test_models_load_nothing_that_reads_study_files() -> None:
    program = "import sys, helpers.models.fit; print({'pydantic', 'yaml'} & set(sys.modules))"
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == "set()"


def test_an_editor_sees_every_public_name_where_it_is_defined() -> None:
    tree = ast.parse(Path(str(helpers.__file__)).read_text("utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: str(node.module).removeprefix("helpers.")
        for node in typed.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == helpers._ROOM_OF
