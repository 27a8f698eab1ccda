"""Hand the chapters to a Dask cluster (the extra ``cluster``)."""

from collections.abc import Iterator, Sequence
from typing import Any

from helpers.study.file import StudyError
from helpers.study.installation import how_to_add


def execute_on_cluster(
    address: str, given: Sequence[tuple[Any, ...]]
) -> Iterator[tuple[int, str, str]]:
    """Execute notebooks on the workers of a Dask scheduler, as they become free.

    Parameters
    ----------
    address
        The scheduler's, such as ``tcp://127.0.0.1:8786``. The workers run the same version of
        this project, and see the data under the same paths.
    given
        For each notebook, the arguments of `helpers.running.rerun.execute`.

    Yields
    ------
    place, executed, error
        Which notebook has ended, in any order, and what `helpers.running.rerun.execute` returned.

    Raises
    ------
    StudyError
        If dask.distributed is not installed, or no scheduler answers.
    """
    try:
        from distributed import Client, as_completed
    except ImportError as error:
        raise StudyError(
            f"--scheduler needs dask.distributed; run `{how_to_add('distributed')}`"
        ) from error
    from helpers.running.rerun import execute

    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise StudyError(
            f"no Dask scheduler answers at {address} ({error}); start one with `dask scheduler`"
        ) from error
    with client:
        # A chapter whose worker is lost goes to another one, up to three times.
        futures = [client.submit(execute, *arguments, pure=False, retries=3) for arguments in given]
        place = {future.key: i for i, future in enumerate(futures)}
        for future in as_completed(futures, loop=client.loop):
            try:
                executed, failure = future.result()
            except Exception as lost:
                executed, failure = "", f"the cluster gave it up ({type(lost).__name__}: {lost})"
            yield place[future.key], executed, failure
            future.release()
