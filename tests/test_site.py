"""The site: built without a warning, whole, open to the keyboard, and fit to be printed."""

import json
import re
import tomllib
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from built_site import ROOT, SOURCE, STRICT, Site, serve
from conftest import CHAPTERS
from playwright.sync_api import Browser, Page

import helpers

pytestmark = pytest.mark.slow


class Reader(HTMLParser):
    """Collects what a page has: ids, text, and where it leads or what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.alts: list[str] = []
        self.classes: list[str] = []
        self.metas: list[tuple[str, str]] = []
        self.text = ""
        html = path.read_text(encoding="utf-8")
        self.title = unescape(re.search("<title>(.*?)</title>", html)[1])
        self.foot = re.search('<p class="colophon">(.*?)</p>', html, flags=re.DOTALL)[1]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag says."""
        known = dict(attrs)
        self.ids += [known["id"]] if known.get("id") else []
        self.links += [known[name] for name in ("href", "src") if known.get(name)]
        self.alts += [known["alt"]] if known.get("alt") else []
        self.classes += (known.get("class") or "").split()
        self.metas += (
            [(known["name"], known["content"])] if tag == "meta" and "name" in known else []
        )

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


@pytest.fixture(scope="module")
def read(site: Site) -> dict[str, Reader]:
    """Read all pages, by name."""
    return {p: Reader(site.folder / p) for p in site.pages if not p.startswith("_static/")}


def test_it_is_built_without_a_warning(site: Site) -> None:
    assert site.messages == ""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert f"-m sphinx {' '.join(STRICT)}" in makefile


def test_every_link_leads_somewhere(site: Site, read: dict[str, Reader]) -> None:
    lost = []
    for page, reader in read.items():
        for link in reader.links:
            there = urlsplit(link)
            if there.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (site.folder / page).parent / unquote(there.path) if there.path else None
            name = page if target is None else target.resolve().relative_to(site.folder).as_posix()
            known = read[name].ids if name in read else []
            whole = (site.folder / name).is_file()
            if not whole or (there.fragment and unquote(there.fragment) not in known):
                lost.append((page, link))
    assert lost == []


def test_no_page_names_two_things_alike(read: dict[str, Reader]) -> None:
    for page, reader in read.items():
        assert len(set(reader.ids)) == len(reader.ids), page


def test_each_page_has_a_title_and_a_description_of_its_own(read: dict[str, Reader]) -> None:
    titles = [reader.title for reader in read.values()]
    assert len(set(titles)) == len(read)
    assert not [title for title in titles if len(set(title.split(" — "))) < title.count(" — ") + 1]
    described = [text for r in read.values() for name, text in r.metas if name == "description"]
    assert len(set(described)) == len(described) == len(read)
    assert not [text for text in described if not 20 < len(text) <= 200 or text != text.strip()]


def test_each_page_says_once_how_wide_it_is(read: dict[str, Reader]) -> None:
    for page, reader in read.items():
        assert [name for name, _ in reader.metas].count("viewport") == 1, page


def test_each_page_ends_with_who_when_which_version_and_on_which_terms(
    site: Site, read: dict[str, Reader]
) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [author.get("name") or author["family-names"] for author in citation["authors"]]
    of_the_page = [*names, project["version"], "MIT", "CC BY 4.0", "cite.html"]
    of_the_page += [str(citation.get("date-released", "20"))]
    for page, reader in read.items():
        assert [part for part in of_the_page if part not in reader.foot] == [], page
        assert ("_sources/" in reader.foot) == (page != "search.html"), page
    for path in CHAPTERS:
        assert (site.folder / "_sources/notebooks" / path.name).read_bytes() == path.read_bytes()
    cited = read["cite.html"].text
    assert all(cited.count(part) > 1 for part in (*names, citation["title"], project["version"]))


def test_every_chapter_and_every_public_name_has_a_page(read: dict[str, Reader]) -> None:
    for path in CHAPTERS:
        assert f"notebooks/{path.stem}.html" in read
    documented = {name for page, reader in read.items() if "api/" in page for name in reader.ids}
    assert {f"helpers.{name}" for name in helpers.__all__} <= documented


def test_the_chapters_are_shown_as_committed(read: dict[str, Reader]) -> None:
    for path in CHAPTERS:
        shown = read[f"notebooks/{path.stem}.html"]
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        described = [cell["metadata"].get("mystnb", {}).get("image") for cell in cells]
        alts = [image["alt"] for image in described if image]
        assert alts
        assert [alt for alt in shown.alts if alt in alts] == alts
        for hidden in ('study = "hsb"', "not attempted"):
            assert hidden not in shown.text
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        for tag, as_class in (("solution", "hide"), ("live", "live-player")):
            tagged = [cell for cell in code if tag in cell["metadata"].get("tags", [])]
            assert shown.classes.count(as_class) == len(tagged)
        told = [cell for cell in code if "remove-input" in cell["metadata"].get("tags", [])]
        assert told
        assert not [cell["id"] for cell in told if "".join(cell["source"]) in shown.text]
        solutions = [c for c in code if "solution" in c["metadata"].get("tags", [])]
        assert solutions
        assert all("".join(cell["source"]) in shown.text for cell in solutions)


# How the numbers are checked


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of a Markdown page's tables, without their rules."""
    blocks = re.findall(r"(?:^\|.*\n?)+", text, flags=re.M)
    lines = [[re.split(r"(?<!\\)\|", line)[1:-1] for line in b.splitlines()] for b in blocks]
    return [[[c.strip() for c in row] for i, row in enumerate(b) if i != 1] for b in lines]


@pytest.fixture(scope="module")
def shown(site: Site) -> list[list[list[str]]]:
    """Return the tables of the page on how numbers are checked."""
    return tables((SOURCE / "numbers.md").read_text(encoding="utf-8"))


def number(cell: str) -> float:
    return float(cell.replace(",", ""))


def test_each_estimate_of_a_chapter_stands_beside_rs(shown: list[list[list[str]]]) -> None:
    head, *rows = shown[0]
    assert {row[0] for row in rows} == {path.name[1] for path in CHAPTERS}
    first, second = head.index("estimate"), head.index("std. error")
    for row in rows:
        for at in (first, second) if row[second] else (first,):
            ours, theirs, difference = map(number, row[at : at + 3])
            assert ours == pytest.approx(theirs, rel=1e-5)
            assert abs(difference) <= 1e-5 * abs(theirs)
            assert difference == pytest.approx(ours - theirs, abs=2e-6 * abs(theirs))


def test_every_model_and_every_study_is_shown_and_agrees(shown: list[list[list[str]]]) -> None:
    reference = ROOT / "tests" / "reference"
    lme4 = json.loads((reference / "lme4.json").read_text("utf-8"))["models"]
    more = json.loads((reference / "more.json").read_text("utf-8"))["studies"]
    (_, *fits), (_, *studies) = shown[1:3]
    formulas = [model["reml"]["formula"] for model in lme4.values() for _ in ("REML", "ML")]
    assert [row[0].strip("`").replace("\\|", "|") for row in fits] == formulas
    assert [(row[0], row[3]) for row in studies] == [
        (name, str(len(study["models"]))) for name, study in more.items()
    ]
    for row in [*(row[2:] for row in fits), *(row[4:] for row in studies)]:
        estimates, errors, variances, loglik, df = map(number, row)
        assert max(estimates, errors) < 1e-5
        assert max(variances, loglik) < 1e-4
        assert df < 0.01


def test_what_is_in_print_is_shown_as_printed(shown: list[list[list[str]]]) -> None:
    reference = ROOT / "tests" / "reference" / "published.json"
    published = json.loads(reference.read_text(encoding="utf-8"))
    assert len(shown[3:]) == len(published)
    for (_, *rows), table in zip(shown[3:], published, strict=True):
        printed = [number(row[1]) for row in rows]
        values = [v if isinstance(v, dict) else {"": v} for v in table["printed"].values()]
        assert printed == [value for kind in values for value in kind.values()]
        for row in rows:
            assert number(row[3]) == pytest.approx(number(row[2]) - number(row[1]), rel=0.5)


# What a reader does with a page


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serve(site.folder) as address:
        yield address


@pytest.fixture
def chapter(address: str, browser: Browser) -> Iterator[Page]:
    """Open a chapter with solutions, sliders and wide formulas, on a phone."""
    page = browser.new_page(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page.goto(f"{address}notebooks/04-random-effects.html")
    yield page
    page.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what the selector says has the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_the_keyboard_alone_opens_a_solution(chapter: Page) -> None:
    solution = chapter.locator("details.hide").first
    inside = solution.locator(".cell_input"), solution.locator(".cell_output")
    assert not any(each.first.is_visible() for each in inside)
    tab_to(chapter, "details.hide > summary")
    assert chapter.evaluate("document.activeElement.innerText").strip() == "Solution"
    chapter.keyboard.press("Enter")
    assert all(each.first.is_visible() for each in inside)


def test_the_keyboard_alone_moves_a_slider_and_what_it_shows(chapter: Page) -> None:
    player = chapter.locator(".live-player").first
    tab_to(chapter, ".live-player input[type=range]")
    before = player.locator("img").get_attribute("src"), player.locator("figcaption").inner_text()
    chapter.keyboard.press("ArrowLeft")
    after = player.locator("img").get_attribute("src"), player.locator("figcaption").inner_text()
    assert all(new != old for new, old in zip(after, before, strict=True))
    drawn = "document.querySelector('.live-player img')"
    chapter.wait_for_function(f"{drawn}.complete && {drawn}.naturalWidth > 0")


def test_the_keyboard_alone_scrolls_a_wide_formula(chapter: Page) -> None:
    tab_to(chapter, ".formula")
    chapter.keyboard.press("ArrowRight")
    chapter.wait_for_function("document.activeElement.scrollLeft > 0")


def test_search_finds_where_a_word_is_taught(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}search.html?q=shrinkage")
    found = page.locator("#search-results li a")
    page.get_by_text("Search finished").wait_for()
    led_to = [link.get_attribute("href") for link in found.all()]
    page.close()
    assert any("notebooks/04-random-effects.html" in link for link in led_to)
    assert any("glossary.html" in link for link in led_to)


def test_a_printed_chapter_is_its_text(chapter: Page) -> None:
    page = chapter
    page.set_viewport_size({"width": 720, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", "footer"):
        assert not any(each.is_visible() for each in page.locator(part).all()), part
    assert not any(button.is_visible() for button in page.locator("button").all())
    assert sum(each.is_visible() for each in page.locator("h1").all()) == 1
    # Paper does not scroll: what is wider than its box would be cut off.
    cut = page.evaluate("""() => [...document.querySelectorAll("article *")]
        .filter((e) => !e.closest("math") && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.outerHTML.slice(0, 200))""")
    dark = page.evaluate("""() => [...document.querySelectorAll("body, article *")]
        .map((e) => [e, getComputedStyle(e).backgroundColor.match(/[0-9.]+/g).map(Number)])
        .filter(([e, [r, g, b, alpha = 1]]) => alpha > 0 && Math.min(r, g, b) < 128)
        .map(([e]) => e.outerHTML.slice(0, 200))""")
    assert cut == dark == []
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("html[data-theme=dark]").count() == 1
