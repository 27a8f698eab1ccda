"""The command line: ``multilevel-course run STUDY``, and what goes before it.

From a checkout, ``python -m helpers`` is the same.
"""

import os
import shlex
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from helpers.study.file import StudyError, find_study

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

STUDY = "a study that comes with the course, such as hsb, or a study file"


@app.callback()
def main() -> None:
    """Run the chapters of a course on multilevel models on a study."""


@app.command()
def new(
    context: typer.Context,
    data: Annotated[Path, typer.Argument(help="a data file: csv, tsv, parquet, dta, sav, xlsx")],
    group: Annotated[str | None, typer.Option(help="the column that tells groups apart")] = None,
    outcome: Annotated[str | None, typer.Option(help="the outcome's column")] = None,
    predictor: Annotated[str | None, typer.Option(help="the predictor's column")] = None,
    group_predictor: Annotated[
        str | None, typer.Option(help="a column with one value in each group")
    ] = None,
) -> None:
    """Look at a data file and propose a study file beside it."""
    from helpers.study.propose import propose

    roles = {"group": group, "outcome": outcome, "predictor": predictor}
    try:
        path, text = propose(data, roles | {"group_predictor": group_predictor})
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except (StudyError, OSError) as error:
        _refuse(error)
    program = context.find_root().info_name or ""  # as it was called
    command = f"{program} {shlex.join(['check', str(path)])}"
    typer.echo(f"{path} is written. Read it and mend it, then: {command}")


@app.command()
def check(study: Annotated[str, typer.Argument(help=STUDY)]) -> None:
    """Read a study and print what the course will see, or all that is wrong with it."""
    from helpers.study.description import describe_study
    from helpers.study.reading import read_study

    try:
        lines = describe_study(read_study(find_study(study)))
    except (StudyError, OSError) as error:
        _refuse(error)
    for line in lines:
        typer.echo(line)
    typer.echo("fit to run")


def _refuse(error: Exception) -> NoReturn:
    """Say each problem on a line of its own, and end."""
    for line in str(error).splitlines():
        typer.echo(f"error: {line}", err=True)
    raise typer.Exit(1) from None


@app.command()
def run(
    context: typer.Context,
    studies: Annotated[list[str], typer.Argument(metavar="STUDY", help=STUDY)],
    out: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="the folder to write to (default: build/STUDY)"),
    ] = None,
    chapters: Annotated[
        str | None, typer.Option(help="which chapters, such as 01,04-06 (default: all)")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="how many chapters at a time (default: one a core)")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="a Dask scheduler, such as tcp://127.0.0.1:8786")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", metavar="NAME=VALUE", help="a notebook's parameter")
    ] = None,
) -> None:
    """Execute the chapters on studies; write notebooks, pages, an index and results.csv."""
    start = time.monotonic()
    from helpers.running.rerun import (
        check_parameters,
        claim,
        count_cells,
        find_chapters,
        plan,
        run_chapters,
    )

    try:
        # Checked before any chapter starts, so that what is wrong is said once.
        notebooks = find_chapters(None if chapters is None else chapters.split(","))
        parameters = check_parameters(parameter or [], notebooks)
        runs = plan([find_study(study) for study in studies], out)
        context.with_resource(claim(folder for each in runs for folder in each.folders))
    except (StudyError, OSError) as error:
        _refuse(error)

    from tqdm import tqdm

    described = runs[0].out.name if len(runs) == 1 else f"{len(runs)} studies"
    total = len(runs) * count_cells(notebooks)
    with tqdm(total=total, desc=described, unit="cell") as bar:
        try:
            outcome = run_chapters(
                runs,
                notebooks,
                parameters=parameters,
                jobs=jobs,
                scheduler=scheduler,
                command=[*str(context.find_root().info_name).split(), *sys.argv[1:]],
                on_cell=bar.update,
            )
        except StudyError as error:
            bar.close()
            _refuse(error)
        except OSError as error:
            bar.close()
            _refuse(OSError(f"{error}; what is finished is kept, and the same command goes on"))
    for folder, failed in outcome.failed.items():
        for name, message in failed.items():
            where = f"{folder.name}: " if len(runs) > 1 else ""
            typer.echo(f"error: {where}{name}: {message}", err=True)
    place = runs[0].together or runs[0].out
    kept = f", {outcome.kept} of them as they stood" if outcome.kept else ""
    seconds = time.monotonic() - start
    asked = len(runs) * len(notebooks)
    typer.echo(
        f"{outcome.done} of {asked} chapters in {place}{os.sep}{kept}, {seconds:.0f} s; "
        f"begin with {place / 'index.html'}"
    )
    if outcome.failed:
        raise typer.Exit(2)
