"""The command line: ``python -m helpers run STUDY``."""

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from helpers.study import read_study
from helpers.studyfile import STUDY_FOLDERS, StudyError, find_study

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Run the chapters of a course on multilevel models on a study."""


@app.command()
def run(
    study: Annotated[str, typer.Argument(help="a study in data/ or data/more/, or a study file")],
    out: Annotated[
        Path | None, typer.Option(help="the folder to write to (default: build/STUDY)")
    ] = None,
    chapters: Annotated[
        str | None, typer.Option(help="which chapters, such as 01,02 (default: all)")
    ] = None,
) -> None:
    """Execute the chapters on a study; write the notebooks and results.csv."""
    start = time.monotonic()
    try:
        # Checked before any chapter starts, so that what is wrong is said once.
        path = find_study(study)
        read_study(path)
        from helpers.rerun import count_cells, find_chapters, run_chapters

        notebooks = find_chapters(chapters.split(",") if chapters else None)
        folder = out or Path("build") / path.stem
        folder.mkdir(parents=True, exist_ok=True)
    except (StudyError, OSError) as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None

    from tqdm import tqdm

    parameter = path.stem if path.parent in STUDY_FOLDERS else str(path)
    with tqdm(total=count_cells(notebooks), desc=path.stem, unit="cell") as bar:
        failed = run_chapters(parameter, notebooks, folder, on_cell=bar.update)
    for name, message in failed.items():
        typer.echo(f"error: {name}: {message}", err=True)
    done = len(notebooks) - len(failed)
    seconds = time.monotonic() - start
    typer.echo(f"{done} of {len(notebooks)} chapters in {folder}{os.sep}, {seconds:.0f} s")
    if failed:
        raise typer.Exit(2)


if __name__ == "__main__":
    app(prog_name="python -m helpers")
