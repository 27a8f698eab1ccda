"""Where the command line starts: an interrupt is answered before anything slow is loaded."""

import os
import signal
from types import FrameType

STOPPED = "stopped; what is finished is kept, and the same command goes on"


def main(name: str | None = None) -> None:
    """Run the command line; an interrupt ends it at any moment, with one line and 130.

    Parameters
    ----------
    name
        What the command is called in its own help, if not by its file's name.
    """
    signal.signal(signal.SIGINT, _stop)
    from helpers.commands import app

    try:
        app(prog_name=name)
    finally:
        # All is done: Python's own end would answer an interrupt as if nothing were.
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Neither Python's exceptions nor its buffers can be trusted in the middle of anything.
    os.write(2, f"\n{STOPPED}\n".encode())
    # Chapters still running belong to other threads; their kernels end with this process.
    os._exit(130)


if __name__ == "__main__":
    main("python -m helpers")
