"""Make a zip of each chapter to hand to a class: without solutions, with answers blank.

What ``check`` compares answers with goes along in ``helpers``, so that students can work alone;
who opens it there can read it, which the page for lecturers and the handout itself say.

Sentences, figures and tables stay as they were executed: a handout can be read and printed before
anything is run. An answer's cell shows nothing yet.
"""

import zipfile
from pathlib import Path
from string import Template
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode

from helpers.running.report.page import title_of

ROOT = Path(__file__).resolve().parent.parent
README = Template((Path(__file__).parent / "README.template.md").read_text(encoding="utf-8"))
AS_THEY_ARE = ("LICENSE", "LICENSE-text", "data/hsb.csv", "data/hsb.yaml", "requirements.txt")


def handout(notebook: NotebookNode) -> NotebookNode:
    """Return a chapter as a class gets it."""
    cells = (cell for cell in notebook.cells if "solution" not in _tags(cell))
    return NotebookNode(notebook, cells=[_not_run_yet(cell) for cell in cells])


def _not_run_yet(cell: NotebookNode) -> NotebookNode:
    """Return a cell without a number, and without a reply to an answer that nobody gave yet."""
    if cell.cell_type != "code":
        return cell
    outputs = [] if "answer" in _tags(cell) else [_unnumbered(each) for each in cell.outputs]
    return NotebookNode(cell, execution_count=None, outputs=outputs)


def _unnumbered(output: NotebookNode) -> NotebookNode:
    if output.output_type != "execute_result":
        return output
    return NotebookNode(output, execution_count=None)


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def files_of(path: Path) -> dict[str, bytes]:
    """Return what a chapter's zip holds, by name."""
    notebook = handout(nbformat.read(path, as_version=4))
    readme = README.substitute(title=title_of(notebook), notebook=path.name)
    helpers = (
        file
        for file in (ROOT / "helpers").rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    )
    return {
        path.name: (nbformat.writes(notebook) + "\n").encode(),
        "README.md": readme.encode(),
        **{name: (ROOT / name).read_bytes() for name in AS_THEY_ARE},
        **{file.relative_to(ROOT).as_posix(): file.read_bytes() for file in helpers},
    }


def write_zip(target: Path, files: dict[str, bytes]) -> None:
    """Write files into a zip, the same bytes for the same files, in one folder named after it."""
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{target.stem}/{name}")  # dated 1980, as all of them
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])


def build(
    out: Annotated[Path, typer.Option(help="Where the zips go.")] = ROOT / "build/handouts",
) -> None:
    """Make a zip of each chapter."""
    out.mkdir(parents=True, exist_ok=True)
    paths = sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    for path in paths:
        write_zip(out / f"{path.stem}.zip", files_of(path))
    typer.echo(f"{len(paths)} handouts in {out}")
    typer.echo("They check answers, so who opens their helpers/ can read the answers there.")


if __name__ == "__main__":
    typer.run(build)
