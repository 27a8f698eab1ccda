"""A committed chapter as the site shows it."""

import re
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from player import player

LEFT_OUT = {"parameters", "notebook-only"}


def site_chapter(notebook: NotebookNode, assets: Path, address: str) -> NotebookNode:
    """Return the notebook with what is of no use on a page left out, folded or replaced.

    Sentences (tag ``remove-input``) need no change: myst-nb leaves out the line that tells them.
    In `assets` go the pictures of live demonstrations, and `address` is how the page reaches them.
    """
    shown = (cell for cell in notebook.cells if not LEFT_OUT & _tags(cell))
    return NotebookNode(notebook, cells=[_site_cell(cell, assets, address) for cell in shown])


def _site_cell(cell: NotebookNode, assets: Path, address: str) -> NotebookNode:
    if cell.cell_type != "code":
        return cell
    if "live" in _tags(cell):
        html = player(cell.id, assets, address)
        return new_markdown_cell(f"````{{raw}} html\n{html}\n````", id=cell.id)
    if "answer" in _tags(cell):
        return NotebookNode(cell, outputs=[])  # which say that nothing was answered
    if "solution" in _tags(cell):
        says = {"code_prompt_show": "Solution", "code_prompt_hide": "Solution"}
        metadata = {**cell.metadata, "tags": ["hide-cell"], "mystnb": says}
        outputs = [_unfolded(output) for output in cell.outputs]
        return NotebookNode(cell, metadata=NotebookNode(metadata), outputs=outputs)
    return cell


def _unfolded(output: NotebookNode) -> NotebookNode:
    """Return a reply without a fold of its own, since on a page it is inside one already."""
    text = re.sub("</?details>|<summary>.*?</summary>", "", output.data["text/markdown"])
    return NotebookNode(output, data=NotebookNode({"text/markdown": text.strip()}))


def _tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))
