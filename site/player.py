"""A live demonstration as a page that needs no kernel."""

from pathlib import Path


def player(cell_id: str, assets: Path) -> str:
    """Return the HTML of a slider; below `assets` goes what it shows."""
    return f'<label class="live" id="{cell_id}">Slide <input type="range"></label>'
