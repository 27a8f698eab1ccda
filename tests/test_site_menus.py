"""What can be pressed on the site does what it is there for, on a phone, a tablet and a laptop."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from built_site import Site, serve
from playwright.sync_api import Browser, ElementHandle, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

pytestmark = pytest.mark.slow

WIDTHS = (390, 768, 1280)
VIEWS = [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")]
CHAPTER = "notebooks/04-random-effects.html"
KINDS_OF_PAGES = ("index.html", CHAPTER, "glossary.html", "search.html?q=mode", "api/models.html")
MENUS = {"primary": "nav.bd-links", "secondary": "nav.page-toc"}

# All that a button may change: menus and folds, the colours, being at the top, a field to type in.
STATE = """() => JSON.stringify([
  [...document.querySelectorAll("dialog, details")].map((e) => e.open),
  [...document.querySelectorAll(".dropdown-menu, nav.bd-links")].map(
    (e) => e.className + e.checkVisibility({ visibilityProperty: true })),
  document.documentElement.dataset.mode,
  scrollY === 0,
  document.activeElement.matches("input"),
])"""

# What shows which element has the focus: a ring around it, or one around what it is inside of, or
# the one thing that it holds.
RINGED = """() => {
  const ring = (e) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(e);
    return (outlineStyle !== "none" && outlineWidth !== "0px") || boxShadow !== "none";
  };
  const has = document.activeElement;
  const near = [has, has.closest("form"), ...has.children].filter(Boolean);
  return has === document.body || near.some(ring) ? "" : has.outerHTML.slice(0, 200);
}"""

# Whatever a link may lead to stands below the bar that stays on top.
BELOW_THE_BAR = """async () => {
  const hidden = [], bar = document.querySelector(".bd-header-article");
  for (const link of document.querySelectorAll("nav.page-toc a, article a[href^='#']")) {
    const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    location.hash = link.hash;
    await new Promise(requestAnimationFrame);
    if (target.getBoundingClientRect().top < bar.getBoundingClientRect().bottom - 1)
      hidden.push(link.hash);
  }
  return hidden;
}"""


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serve(site.folder) as address:
        yield address


@pytest.fixture
def visit(address: str, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page at a width of the window, in light or dark."""
    pages: list[Page] = []

    def visit(name: str, width: int, scheme: Any = "light") -> Page:
        view = {"width": width, "height": 800}
        page = browser.new_page(viewport=view, color_scheme=scheme, reduced_motion="reduce")
        pages.append(page)
        page.goto(address + name)
        return page

    yield visit
    for page in pages:
        page.close()


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
@pytest.mark.parametrize("side", MENUS)
def test_a_menu_opens_leads_somewhere_and_closes(
    visit: Callable[..., Page], side: str, width: int, scheme: str
) -> None:
    page = visit(CHAPTER, width, scheme)
    links, button = page.locator(MENUS[side]), page.locator(f".{side}-toggle")
    if side == "primary" or width < 1200:  # on a laptop the contents of a page need no button
        at_first = links.is_visible()
        button.click()
        expect(links).to_be_visible(visible=not at_first)
        if width < 992:
            page.keyboard.press("Escape")
            expect(links).to_be_hidden()
            expect(button).to_be_focused()
            button.click()
            page.mouse.click(width - 5 if side == "primary" else 5, 700)  # beside the menu
        else:
            button.click()
        expect(links).to_be_visible(visible=at_first)
        if not at_first:
            button.click()
    link = links.get_by_role("link").last
    there = link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**/{there.removeprefix('../')}" if side == "primary" else f"**{there}")
    assert page.locator("dialog[open]").count() == 0
    heading = page.locator("h1:visible" if side == "primary" else f"{there} h2")
    expect(heading).to_be_in_viewport()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", KINDS_OF_PAGES)
def test_no_button_is_dead(visit: Callable[..., Page], name: str, width: int) -> None:
    page = visit(name, width)
    tried: set[str] = set()
    dead = []
    while button := next_button(page, tried):
        before = page.evaluate(STATE)
        button.click()
        try:
            page.wait_for_function(f"(before) => ({STATE})() !== before", arg=before, timeout=2000)
        except PlaywrightTimeoutError:
            dead.append(button.evaluate("b => b.outerHTML"))
        page.reload()
    assert any("primary-toggle" in kind for kind in tried)
    assert dead == []


def next_button(page: Page, tried: set[str]) -> ElementHandle | None:
    """Return a button that can be seen and is of a kind not yet tried, and note its kind."""
    page.evaluate("document.activeElement.blur()")
    for way in (3000, -300):  # far down and a little up, the button that leads to the top is shown
        page.evaluate("(way) => scrollBy({ top: way, behavior: 'instant' })", way)
        page.wait_for_timeout(100)
    for button in page.query_selector_all("button, summary, [role=button]"):
        kind = button.evaluate("b => b.tagName + b.id + b.className")
        if kind not in tried and button.is_visible():
            tried.add(kind)
            button.scroll_into_view_if_needed()
            return button
    return None


def test_the_colours_are_chosen_and_stay(visit: Callable[..., Page]) -> None:
    page = visit(CHAPTER, 390)
    page.locator(".theme-switch-button").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html[data-theme=dark]")).to_be_attached()
    page.locator(".right-next").click()
    page.wait_for_url("**/05-*")
    expect(page.locator("html[data-theme=dark]")).to_be_attached()


def test_in_the_dark_figures_keep_their_colours_on_white(visit: Callable[..., Page]) -> None:
    for name in ("index.html", CHAPTER):
        page = visit(name, 1280, "dark")
        looks = page.evaluate("""() => [...document.querySelectorAll("article img")].map((e) => {
            const { filter, backgroundColor } = getComputedStyle(e);
            return `${filter} ${backgroundColor}`;
        })""")
        assert set(looks) == {"none rgb(255, 255, 255)"}


def test_the_first_key_skips_the_menus(visit: Callable[..., Page]) -> None:
    page = visit(CHAPTER, 1280)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize(("name", "width"), [(CHAPTER, 390), ("search.html?q=mode", 1280)])
def test_the_keyboard_sees_where_it_is(visit: Callable[..., Page], name: str, width: int) -> None:
    page = visit(name, width)
    unseen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        unseen.add(page.evaluate(RINGED))
    assert unseen == {""}


@pytest.mark.parametrize(
    ("name", "width"), [(CHAPTER, 390), ("glossary.html", 1280), ("api/models.html", 390)]
)
def test_nothing_that_is_linked_to_hides_behind_the_bar(
    visit: Callable[..., Page], name: str, width: int
) -> None:
    assert visit(name, width).evaluate(BELOW_THE_BAR) == []


def test_what_search_quotes_stands_in_the_text(visit: Callable[..., Page], address: str) -> None:
    page = visit("search.html?q=shrinkage", 1280)
    page.get_by_text("Search finished").wait_for()
    page.locator("#search-results .context").first.wait_for()
    page.wait_for_load_state("networkidle")
    strange = page.evaluate("""async () => {
        const strange = [], plain = (text) => text.replace(/\\s+/g, " ").trim();
        for (const quote of document.querySelectorAll("#search-results .context")) {
            const html = await (await fetch(quote.closest("li").querySelector("a").href)).text();
            const there = new DOMParser().parseFromString(html, "text/html");
            there.querySelectorAll(".headerlink, script, style").forEach((e) => e.remove());
            const said = plain(quote.textContent.replace(/^\\.{3}|\\.{3}$/g, ""));
            if (!plain(there.querySelector("article").textContent).includes(said))
                strange.push(said);
        }
        return strange;
    }""")
    assert strange == []
