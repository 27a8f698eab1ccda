"""The browser in which tests look at pages: ``python tests/chromium.py`` brings it if none is here.

As root on Debian it comes by apt, elsewhere from Playwright. Where neither can be had that is no
error: the tests that need a browser are skipped then, and fail where ``CI`` is set.
"""

import os
import re
import shutil
import subprocess
import sys
from typing import NoReturn

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

# Debian's; Playwright's own node needs libatomic1.
PACKAGES = "chromium fonts-dejavu fonts-liberation libatomic1"
ABSENT = "no browser starts here"
REMEDY = (
    f"To get one: apt-get install {PACKAGES} as root on Debian, elsewhere "
    f"{sys.executable} -m playwright install --with-deps chromium"
)

# A host that does not answer shall not hold up the other tests for minutes.
SECONDS = 10
APT = f"apt-get -qq -o Acquire::Retries=2 -o Acquire::http::Timeout={SECONDS}".split()
PATIENCE = {
    "DEBIAN_FRONTEND": "noninteractive",
    "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(1000 * SECONDS),
}


def start(playwright: Playwright) -> Browser:
    """Start the Chromium on the path, or Playwright's own."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox"]
    )


def do_without(error: Exception) -> NoReturn:
    """Skip what needs a browser; where CI is set, nothing goes unseen and it fails."""
    why = f"{ABSENT}: {str(error).splitlines()[0]}"
    if os.environ.get("CI"):
        pytest.fail(f"{why}\n{REMEDY}", pytrace=False)
    pytest.skip(why)


def bring() -> None:
    """Install Chromium if none starts here, from where it can be had."""
    if starts():
        return
    if shutil.which("apt-get") and is_root():
        install = [*APT, "install", "--yes", "--no-install-recommends", *PACKAGES.split()]
        if works([*APT, "update"]) and works(install):
            return
    works([sys.executable, "-m", "playwright", "install", "chromium"])


def starts() -> bool:
    """Tell whether a browser is here that starts."""
    try:
        with sync_playwright() as playwright:
            start(playwright).close()
    except Exception:  # no narrower class where Playwright lacks a library itself
        return False
    return True


def is_root() -> bool:
    """Tell whether this process may install packages; nobody is root on Windows."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def works(command: list[str]) -> bool:
    """Run a command, and tell whether all went well; if not, say why."""
    print("no browser yet:", *command, flush=True)
    run = subprocess.run(
        command,
        env=os.environ | PATIENCE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        last = run.stdout.strip().rpartition("\n")[2]
        why = re.search("^E(rror)?:.*", run.stdout, flags=re.M)
        print("that failed:", why[0] if why else last, flush=True)
    return run.returncode == 0


if __name__ == "__main__":
    bring()
