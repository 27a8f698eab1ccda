"""Execute one notebook on one study: this is all that travels to a cluster's workers."""

import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import papermill
from papermill.exceptions import PapermillExecutionError

from helpers.study.checksums import PLANNED, code_checksum
from helpers.study.file import StudyError


def execute(
    notebook: str,
    parameters: Mapping[str, Any],
    checksums: Mapping[str, str],
    code: str,
    on_cell: Callable[[], object] | None = None,
) -> tuple[str, str]:
    """Execute a notebook with papermill; needs nothing but its arguments, so it can travel.

    Parameters
    ----------
    notebook
        The notebook, as JSON.
    parameters
        The values of its parameters.
    checksums
        The files that it is to be computed from: if one by the name has another SHA-256, the
        notebook stops where it reads it.
    code
        The SHA-256 of the code and the versions that are to compute it.
    on_cell
        Called when a cell is about to run.

    Returns
    -------
    executed, error : str
        The notebook as far as it came, as JSON (empty if there is none), and what went wrong, or
        nothing.
    """
    with tempfile.TemporaryDirectory() as folder:
        given, done = Path(folder) / "given.ipynb", Path(folder) / "done.ipynb"
        given.write_text(notebook, encoding="utf-8")
        error = ""
        planned = {PLANNED: json.dumps(dict(checksums))}
        try:
            papermill.execute_notebook(
                str(given),
                str(done),
                parameters=dict(parameters),
                progress_bar=False,
                request_save_on_cell_execute=False,
                on_cell_start=lambda **_: on_cell() if on_cell else None,
                extra_arguments=[
                    # The launcher's log tells of its own start and end; errors do not go there.
                    "--IPKernelApp.log_level=CRITICAL",
                    f"--IPKernelApp.exec_lines=__import__('os').environ.update({planned})",
                ],
            )
            if code_checksum() != code:
                error = (
                    "the code, or a version that it runs with, is not that of the run's "
                    "beginning; run again, with one version of all on every machine"
                )
        except PapermillExecutionError as stop:
            error = f"cell {stop.exec_count} stopped with {stop.ename}: {stop.evalue}"
            if stop.ename == StudyError.__name__:  # which says by itself what and where
                error = "; ".join(stop.evalue.splitlines())
        except Exception as stop:  # a kernel that died, or never came up
            error = f"the kernel stopped ({type(stop).__name__}: {stop}); is there enough memory?"
        return (done.read_text(encoding="utf-8") if done.exists() else ""), error
