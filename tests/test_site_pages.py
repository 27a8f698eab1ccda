"""Every page of the site, as a browser draws it: nothing missing, nothing cut off, open to all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from built_site import ROOT, Site, serve
from conftest import CHAPTERS
from playwright.sync_api import Browser, Page

from helpers import _ROOM_OF

# One worker visits each page once, for all tests of it.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("pages")]

# Known without a build, so that each page is a test of its own; the first test sees that all are.
PAGES = sorted(
    {
        *(f"notebooks/{path.stem}.html" for path in CHAPTERS),
        *(f"{path.stem}.html" for path in (ROOT / "site").glob("*.md")),
        *(f"api/{room.partition('.')[0]}.html" for room in set(_ROOM_OF.values())),
        *("api/index.html", "api/commands.html", "data/README.html", "data/more/README.html"),
        *(f"benchmarks/{page}.html" for page in ("coverage", "speed", "tops")),
        "search.html",
    }
)
each_page = pytest.mark.parametrize("page", PAGES)

# The width of the window and the colours; each page is opened in the first and put in the others.
SETTINGS = [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = {"runOnly": {"type": "tag", "values": WCAG}, "rules": {"color-contrast": {"enabled": False}}}
OF_LAYOUT = ["link-in-text-block", "scrollable-region-focusable", "target-size"]
# Contrast is looked at in both; of the other rules, in the second setting those of layout again.
AXE_IN = {
    (1280, "light"): ALL,
    (390, "dark"): {"runOnly": {"type": "rule", "values": OF_LAYOUT}},
}
AXE = Axe().axe_script

# Text that was to be mathematics or Markdown, where no code is quoted.
RAW = r"""() => {
  const article = document.querySelector("article, main").cloneNode(true);
  article.querySelectorAll("pre, code, math, script, style, svg").forEach((e) => e.remove());
  return article.textContent.match(/.{0,20}(\$|\\[a-zA-Z]+|\*\*|```|\]\().{0,20}/g) || [];
}"""
UNDRAWN = """() => [...document.querySelectorAll("main math")].filter((math) => {
  const { width, height } = math.getBoundingClientRect();
  const hidden = math.closest("details:not([open])");
  return !hidden && !(width > 2 && height > 5);
}).map((math) => math.textContent)"""
# Of what scrolls in its box, what is wider than its box; what is folded is looked at unfolded.
CUT = """() => {
  const folded = [...document.querySelectorAll("details:not([open])")];
  folded.forEach((details) => (details.open = true));
  const boxes = "article :is(pre, .output, .pst-scrollable-table-container)";
  const cut = [...document.querySelectorAll(boxes)]
    .filter((box) => box.scrollWidth > box.clientWidth)
    .map((box) => box.textContent.trim().slice(0, 60));
  folded.forEach((details) => (details.open = false));
  return cut;
}"""
OVERFLOW = """() => document.documentElement.scrollWidth - document.documentElement.clientWidth"""

# What colour a text has depends on what it is inside of. Contrast is by far the slowest of axe's
# rules, so it is given three texts of each kind (rows of tables alternate) that the site has.
MARK_KINDS = """(seen) => {
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    let kind = "";
    for (let e = element; e; e = e.parentElement)
      kind += `${e.tagName}.${e.className}.${e.getAttribute("style")} `;
    seen[kind] = (seen[kind] || 0) + 1;
    element.toggleAttribute("data-of-its-kind", seen[kind] <= 3);
  }
  // A word of code has nothing but its colour, and there are thousands.
  for (const word of document.querySelectorAll(".highlight pre span:not([data-of-its-kind])"))
    word.replaceWith(...word.childNodes);
  return seen;
}"""


@dataclass
class Visit:
    """What a browser met on a page."""

    requests: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    undrawn: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)
    overflow: dict[Any, int] = field(default_factory=dict)
    violations: dict[Any, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serve(site.folder) as address:
        yield address


@pytest.fixture(scope="module")
def visits(address: str, browser: Browser) -> Iterator[Any]:
    """Look at a page once, for all tests of it."""
    page = browser.new_page(reduced_motion="reduce")
    kinds: dict[str, int] = {}

    @cache
    def visit(name: str) -> Visit:
        return look_at(page, address, name, kinds)

    yield visit
    page.close()


def look_at(page: Page, address: str, name: str, kinds: dict[str, int]) -> Visit:
    """Visit a page; `kinds` counts the texts of each kind that were looked at before."""
    visit = Visit()
    listeners = {
        "request": lambda request: visit.requests.append(request.url),
        "requestfailed": lambda request: visit.failed.append(request.url),
        "response": lambda r: visit.failed.append(r.url) if r.status >= 400 else None,
        "console": lambda m: visit.said.append(m.text) if m.type in ("error", "warning") else None,
        "pageerror": lambda error: visit.said.append(str(error)),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    for width, scheme in SETTINGS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        if not visit.requests:
            page.goto(address + name)
            visit.raw, visit.undrawn = page.evaluate(RAW), page.evaluate(UNDRAWN)
            visit.cut = page.evaluate(CUT)
            kinds |= page.evaluate(MARK_KINDS, kinds)
        page.wait_for_function(f"document.documentElement.dataset.theme === '{scheme}'")
        # Two frames, so that what answers to a change of size has answered.
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        visit.overflow[width, scheme] = page.evaluate(OVERFLOW)
        if (width, scheme) in AXE_IN:
            visit.violations[width, scheme] = run_axe(page, AXE_IN[width, scheme])
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    return visit


def run_axe(page: Page, but_contrast: dict[str, Any]) -> list[str]:
    options = {"resultTypes": ["violations"], "preload": False}
    contrast = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    runs = [["html", options | but_contrast]]
    if page.query_selector("[data-of-its-kind]"):
        runs.append([{"include": [["[data-of-its-kind]"]]}, options | contrast])
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate(
        """async (runs) => {
          const found = [];
          for (const [where, how] of runs) found.push(...(await axe.run(where, how)).violations);
          return found;
        }""",
        runs,
    )
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
    ]


def test_no_page_is_left_out(site: Site) -> None:
    assert [page for page in site.pages if not page.startswith("_static/")] == PAGES


@each_page
def test_no_request_fails_or_leaves_the_pages_own_host(
    page: str, visits: Any, address: str
) -> None:
    visit = visits(page)
    assert visit.failed == []
    own = (address, "data:", "blob:")
    assert [url for url in visit.requests if not url.startswith(own)] == []
    assert not any("mathjax" in url.lower() for url in visit.requests)


@each_page
def test_the_browser_has_nothing_to_complain_of(page: str, visits: Any) -> None:
    assert visits(page).said == []


@each_page
def test_formulas_and_markdown_are_drawn(page: str, visits: Any) -> None:
    assert visits(page).undrawn == []
    assert visits(page).raw == []


@each_page
def test_it_fits_a_screen_and_a_phone(page: str, visits: Any) -> None:
    assert {setting: over for setting, over in visits(page).overflow.items() if over > 0} == {}


@pytest.mark.parametrize("page", [page for page in PAGES if page.startswith(("api", "notebooks"))])
def test_code_and_tables_are_shown_whole_on_a_laptop(page: str, visits: Any) -> None:
    assert visits(page).cut == []


@each_page
def test_nobody_is_shut_out(page: str, visits: Any) -> None:
    assert visits(page).violations == {setting: [] for setting in AXE_IN}


@pytest.mark.parametrize(("width", "scheme"), SETTINGS)
def test_nobody_is_shut_out_of_what_opens(
    address: str, browser: Browser, width: int, scheme: str
) -> None:
    page = browser.new_page(reduced_motion="reduce", color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}search.html?q=shrinkage")
    page.get_by_text("Search finished").wait_for()
    page.locator("#search-results .context").first.wait_for()
    page.evaluate(MARK_KINDS, {})
    assert run_axe(page, ALL) == []
    page.goto(f"{address}notebooks/04-random-effects.html")
    opening = page.locator(":is(.sidebar-toggle, .search-button__button):visible")
    for button in opening.all():
        button.click()
        page.evaluate(MARK_KINDS, {})
        assert run_axe(page, ALL) == []
        page.keyboard.press("Escape")
    page.close()
