"""Committed chapters have the promised anatomy: executed, described, and without typed facts."""

import re
from pathlib import Path
from statistics import median

import nbformat
import pytest
from conftest import CHAPTERS, ROOT
from nbformat import NotebookNode

from helpers.course.estimates import COLUMNS

each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells_of(path: Path, kind: str) -> list[NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def tags_of(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


@each_chapter
def test_it_was_executed_once_from_top_to_bottom(path: Path) -> None:
    code = cells_of(path, "code")
    for place, cell in enumerate(code, start=1):
        assert cell.execution_count == place
        assert "execution" not in cell.metadata  # timing, which no two runs share
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr"


@each_chapter
def test_its_cells_have_names_of_their_own(path: Path) -> None:
    names = [cell.id for cell in nbformat.read(path, as_version=4).cells]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]+", name) for name in names)
    assert "papermill" not in nbformat.read(path, as_version=4).metadata


@each_chapter
def test_what_only_a_kernel_can_show_is_not_kept(path: Path) -> None:
    for cell in cells_of(path, "code"):
        if "live" in tags_of(cell):
            assert cell.id.startswith("live-")
            assert not cell.outputs
    assert "widgets" not in nbformat.read(path, as_version=4).metadata


@each_chapter
def test_its_one_parameter_is_the_study(path: Path) -> None:
    (parameters,) = (cell for cell in cells_of(path, "code") if "parameters" in tags_of(cell))
    assert parameters.source == 'study = "hsb"'


@each_chapter
def test_computed_prose_reads_as_prose(path: Path) -> None:
    for cell in cells_of(path, "code"):
        if "remove-input" in tags_of(cell):
            assert re.fullmatch(r"tell\.[a-z_]+\(.*\)", cell.source), cell.id
            assert "source_hidden" not in cell.metadata.get("jupyter", {})
            for output in cell.outputs:
                assert "text/markdown" in output.data
        else:
            assert "say(" not in cell.source
            assert all("text/markdown" not in o.get("data", {}) for o in cell.outputs) or (
                "check(" in cell.source
            )


@each_chapter
def test_most_of_its_cells_are_read_at_a_glance(path: Path) -> None:
    lengths = sorted(len(lines_of(cell)) for cell in cells_of(path, "code"))
    assert median(lengths) <= 4
    assert sum(length <= 14 for length in lengths) >= 0.95 * len(lengths), lengths


def test_all_chapters_together_have_no_more_code_than_a_reader_takes_in() -> None:
    cells = [cell for path in CHAPTERS for cell in cells_of(path, "code")]
    assert sum(len(lines_of(cell)) for cell in cells) <= 1300


def lines_of(cell: NotebookNode) -> list[str]:
    return [line for line in cell.source.splitlines() if line.strip()]


@each_chapter
def test_markdown_types_no_number_of_the_data(path: Path) -> None:
    for cell in cells_of(path, "markdown"):
        prose = re.sub(r"\$\$.*?\$\$|\$.*?\$|`.*?`|\(.*?\)", "", cell.source, flags=re.S)
        assert not re.findall(r"(?<![\w./])[-+]?\d+\.\d+%?|\b\d{1,3}%", prose)


@each_chapter
def test_each_figure_has_alt_text_and_a_sentence_after_it(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    figures = [i for i, c in enumerate(cells) if any(has_picture(o) for o in c.get("outputs", []))]
    assert figures
    for i in figures:
        alt = cells[i].metadata.mystnb.image.alt
        assert len(alt) > 40
        assert not re.search(r"\d", alt.replace("level-1", ""))
        following = [c for c in cells[i + 1 : i + 3] if "remove-input" in tags_of(c)]
        assert following, f"no computed sentence after {cells[i].id}"


def has_picture(output: NotebookNode) -> bool:
    return "image/png" in output.get("data", {})


@each_chapter
def test_it_ends_with_the_tidy_table(path: Path) -> None:
    last = cells_of(path, "code")[-1]
    assert last.source.splitlines()[-1].startswith(f'show_estimates("{path.name[:2]}"')
    (output,) = last.outputs
    assert output.metadata.estimates
    for row in output.metadata.estimates:
        assert list(row) == sorted(COLUMNS)
        assert row["chapter"] == path.name[:2]


@each_chapter
def test_it_imports_from_helpers_itself_and_from_its_own_room_alone(path: Path) -> None:
    imports = [line for cell in cells_of(path, "code") for line in imports_of(cell)]
    own = f"helpers.chapters.{path.stem[3:].replace('-', '_')}"
    rooms = {name for line in imports for name in re.findall(r"\b(helpers\S*)", line)}
    assert rooms == {"helpers", own}
    (of_own,) = (line for line in imports if own in line)
    assert {"draw", "tell"} <= set(re.findall(r"\w+", of_own.partition("import")[2]))
    assert "exercises" not in of_own


@each_chapter
def test_its_imports_are_no_wall(path: Path) -> None:
    for cell in cells_of(path, "code"):
        lines = cell.source.splitlines()
        at = [i for i, line in enumerate(lines) if line in imports_of(cell)]
        assert not at or at[-1] - at[0] < 8
        assert all(len(lines[i]) <= 100 and "(" not in lines[i] for i in at)


def imports_of(cell: NotebookNode) -> list[str]:
    return [line for line in cell.source.splitlines() if re.match(r"(from|import) ", line)]


@each_chapter
def test_it_has_all_parts_of_a_chapter(path: Path) -> None:
    text = "\n".join(cell.source for cell in cells_of(path, "markdown"))
    for part in ("# ", "After this chapter you can", "minutes", "Predict before you", "builds on"):
        assert part in text
    for part in ("An easy mistake", "Exercises", "Recap"):
        assert re.search(rf"^## {part}", text, flags=re.M)
    assert "**References.**" in text


def test_the_readme_lists_every_chapter() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\(notebooks/(.*?)\)", readme) == [path.name for path in CHAPTERS]
