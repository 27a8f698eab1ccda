"""Make a zip of each chapter to hand to a class: without solutions, with answers blank.

What ``check`` compares answers with goes along in ``helpers``, so that students can work alone;
who opens it there can read it, which the page for lecturers and the handout itself say.

The sentences, which a chapter computes in folded cells, stand there as the text they came to, and
their code is gone. Figures and tables stay as they were executed, because the sentences speak of
them: a handout can be read and printed before anything is run. An answer's cell shows nothing yet.
"""

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from string import Template
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from helpers.running.report.page import title_of
from helpers.study.installation import chapter_files

ROOT = Path(__file__).resolve().parent.parent
README = Template((Path(__file__).parent / "README.template.md").read_text(encoding="utf-8"))
AS_THEY_ARE = ("LICENSE", "LICENSE-text", "data/hsb.csv", "data/hsb.yaml", "requirements.txt")


def handout(notebook: NotebookNode) -> NotebookNode:
    """Return a chapter as a class gets it."""
    cells = []
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "solution" in tags:
            continue
        if "remove-input" in tags:
            cells += computed_text(cell)
            continue
        if cell.cell_type == "code":
            cell.execution_count = None
            if "answer" in tags:
                cell.outputs = []
            for output in cell.outputs:
                if "execution_count" in output:
                    output.execution_count = None
        cells.append(cell)
    notebook.cells = cells
    drop_names_of_sentences(notebook)
    return without_unused_imports(notebook)


def computed_text(cell: NotebookNode) -> list[NotebookNode]:
    """Return what a cell said, as a Markdown cell, if it said anything."""
    texts = [output.data["text/markdown"] for output in cell.outputs]
    text = "\n\n".join(texts).strip()
    return [new_markdown_cell(text, id=cell.id)] if text else []


def drop_names_of_sentences(notebook: NotebookNode) -> None:
    """Drop from the cell with the imports each assignment whose name no other line uses."""
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    (setup,) = (cell for cell in codes if cell.source.startswith(("import ", "from ")))
    trees = {cell.id: ast.parse(python_of(cell.source)) for cell in codes}
    used = {
        node.id
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    lines = setup.source.split("\n")
    for statement in reversed(trees[setup.id].body):
        if isinstance(statement, ast.Assign):
            names = {n.id for n in ast.walk(statement.targets[0]) if isinstance(n, ast.Name)}
            if not names & used:
                del lines[statement.lineno - 1 : statement.end_lineno]
    setup.source = "\n".join(lines)


def python_of(source: str) -> str:
    """Return a cell's code with IPython's own lines as comments."""
    return re.sub(r"^%", "#", source, flags=re.M)


def without_unused_imports(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook in which every imported name is used."""
    command = ["check", "--isolated", "--quiet", "--select", "F401", "--fix", "--exit-zero"]
    fixed = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--stdin-filename", "chapter.ipynb", "-"],
        input=json.dumps(notebook),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    return nbformat.reads(fixed.stdout, as_version=4)


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
    paths = chapter_files()
    for path in paths:
        write_zip(out / f"{path.stem}.zip", files_of(path))
    typer.echo(f"{len(paths)} handouts in {out}")
    typer.echo("They check answers, so who opens their helpers/ can read the answers there.")


if __name__ == "__main__":
    typer.run(build)
