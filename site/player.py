"""Live demonstrations on a page that has no kernel: pictures and sentences made beforehand."""

import json
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from helpers import (
    demonstrate_between_within,
    demonstrate_icc,
    demonstrate_naive_error,
    demonstrate_shrinkage,
    read_study,
)
from helpers.course.demonstrations.simulated import Demonstration
from helpers.running.writing import write_whole
from helpers.study.checksums import checksum, code_checksum
from helpers.study.file import DATA_FOLDER, Study

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = Template((ROOT / "site" / "player.html").read_text(encoding="utf-8"))
KEPT = ROOT / "build" / "live"  # a thousand studies for each value take their time

DEMONSTRATIONS: dict[str, Callable[[Study], Demonstration]] = {
    "live-between-within": demonstrate_between_within,
    "live-icc": demonstrate_icc,
    "live-naive-error": demonstrate_naive_error,
    "live-shrinkage": demonstrate_shrinkage,
}


def player(cell_id: str, assets: Path, address: str = "_static") -> str:
    """Return what stands on a page in place of a live cell.

    Parameters
    ----------
    cell_id
        The cell's id.
    assets
        A folder that is served; the pictures go to a folder of the cell's name in it.
    address
        How the page reaches `assets`.

    Returns
    -------
    str
        HTML, which `live.js` and `live.css` from the folder ``static`` set in motion.
    """
    folder = KEPT / cell_id
    about = _read(folder)
    if about is None:
        about = _make(DEMONSTRATIONS[cell_id](read_study("hsb")), folder)
    (assets / cell_id).mkdir(parents=True, exist_ok=True)
    for frame in about["frames"]:
        shutil.copyfile(folder / frame["picture"], assets / cell_id / frame["picture"])
        frame["picture"] = f"{address}/{cell_id}/{frame['picture']}"
    start = about["frames"][about["start"]]
    return TEMPLATE.substitute(
        {name: escape(text) for name, text in start.items()},
        id=cell_id,
        label=escape(about["label"]),
        alt=escape(about["alt"]),
        last=len(about["frames"]) - 1,
        start=about["start"],
        frames=json.dumps(about["frames"], ensure_ascii=False).replace("<", "\\u003c"),
    )


def _inputs() -> str:
    """Return what tells of all that goes into the pictures and sentences."""
    return f"{code_checksum()} {checksum(*sorted(DATA_FOLDER.glob('hsb.*')))}"


def _read(folder: Path) -> dict[str, Any] | None:
    """Read what was made before, if it was made from what is there now."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return about if about["inputs"] == _inputs() else None


def _make(demonstration: Demonstration, folder: Path) -> dict[str, Any]:
    """Draw a picture and write a sentence for each value, and keep them in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    frames = []
    for place, value in enumerate(demonstration.values):
        while demonstration.advance(value):
            pass
        picture = f"{place:02d}.png"
        write_whole({folder / picture: demonstration.picture(value)})
        sentence = demonstration.say(value)
        frames.append(
            {"picture": picture, "value": demonstration.write(value), "sentence": sentence}
        )
    about = {
        "inputs": _inputs(),
        "label": demonstration.label,
        "alt": demonstration.alt,
        "start": demonstration.values.index(demonstration.start),
        "frames": frames,
    }
    write_whole({folder / "about.json": json.dumps(about)})
    return about
