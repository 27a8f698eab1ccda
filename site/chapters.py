"""A committed chapter as the site shows it."""

from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from player import player

# The parameter cell and blanks for answers are of use only where code runs.
LEFT_OUT = {"parameters", "answer"}


def site_chapter(notebook: NotebookNode, assets: Path) -> NotebookNode:
    """Return the notebook with what cannot be used on a page left out, folded or replaced.

    Computed sentences (tag ``remove-input``) need no change: myst-nb knows that tag. Below `assets`
    go the pictures of live demonstrations.
    """
    shown = (cell for cell in notebook.cells if not LEFT_OUT & _tags(cell))
    return NotebookNode(notebook, cells=[_site_cell(cell, assets) for cell in shown])


def _site_cell(cell: NotebookNode, assets: Path) -> NotebookNode:
    if cell.cell_type == "code" and "live" in _tags(cell):
        html = player(cell.id, assets)
        return new_markdown_cell(f"````{{raw}} html\n{html}\n````", id=cell.id)
    if "solution" in _tags(cell):
        says = {"code_prompt_show": "Solution", "code_prompt_hide": "Solution"}
        metadata = {**cell.metadata, "tags": sorted(_tags(cell) | {"hide-cell"}), "mystnb": says}
        return NotebookNode(cell, metadata=NotebookNode(metadata))
    return cell


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))
