"""The site: built without a warning, whole, open to the keyboard, and fit to be printed."""

import json
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from built_site import ROOT, STRICT, Site, build, serve
from conftest import CHAPTERS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, writes
from playwright.sync_api import Browser, Page

import helpers


class Reader(HTMLParser):
    """Collects what a page has: ids, text, and where it leads or what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.alts: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what a tag says."""
        known = dict(attrs)
        self.ids += [known["id"]] if known.get("id") else []
        self.links += [known[name] for name in ("href", "src") if known.get(name)]
        self.alts += [known["alt"]] if known.get("alt") else []

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


def test_every_chapter_and_every_public_name_has_a_page(read: dict[str, Reader]) -> None:
    for path in CHAPTERS:
        assert f"notebooks/{path.stem}.html" in read
    documented = {name for page, reader in read.items() if "api/" in page for name in reader.ids}
    assert {f"helpers.{name}" for name in helpers.__all__} <= documented


def test_the_chapters_are_shown_as_committed(read: dict[str, Reader]) -> None:
    for path in CHAPTERS:
        shown = read[f"notebooks/{path.stem}.html"]
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        described = [cell["metadata"]["mystnb"] for cell in cells if "mystnb" in cell["metadata"]]
        alts = [each["image"]["alt"] for each in described if "image" in each]
        assert alts
        assert [alt for alt in shown.alts if alt in alts] == alts
        assert "say(f" not in shown.text
        assert 'study = "hsb"' not in shown.text


# How the numbers are checked


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of a Markdown page's tables, without their rules."""
    blocks = re.findall(r"(?:^\|.*\n?)+", text, flags=re.M)
    lines = [[re.split(r"(?<!\\)\|", line)[1:-1] for line in b.splitlines()] for b in blocks]
    return [[[c.strip() for c in row] for i, row in enumerate(b) if i != 1] for b in lines]


@pytest.fixture(scope="module")
def shown(site: Site) -> list[list[list[str]]]:
    """Return the tables of the page on how numbers are checked."""
    return tables((site.folder.parent / "source" / "numbers.md").read_text(encoding="utf-8"))


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


# What a keyboard reaches


@pytest.fixture(scope="module")
def conventions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve one page with each kind of cell that a chapter may have."""
    sys.path.insert(0, str(ROOT / "site"))
    from chapters import site_chapter

    def code(source: str, tags: list[str], *outputs: dict[str, str]) -> object:
        shown = [new_output("display_data", data) for data in outputs]
        return new_code_cell(source, metadata={"tags": tags}, outputs=shown)

    cells = [
        new_markdown_cell("# A chapter"),
        code('study = "hsb"', ["parameters"]),
        code("say('hidden')", ["remove-input"], {"text/markdown": "Said: $\\tau^2$ is **4**."}),
        code("answer = ...", ["answer"]),
        code("the_solution = 1", ["solution", "hide-cell"], {"text/plain": "its output"}),
        code("demonstrate()", ["live"]),
    ]
    cells[-1]["id"] = "live-icc"
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = new_notebook(cells=cells, metadata=language)
    folder = tmp_path_factory.mktemp("conventions")
    (folder / "source" / "_static").mkdir(parents=True)
    chapter = site_chapter(notebook, folder / "source" / "_static" / "live")
    (folder / "source" / "page.ipynb").write_text(writes(chapter), "utf-8")
    built = build(folder, "-D", "extensions=myst_nb,mathml", "-D", "root_doc=page")
    assert built.messages == ""
    with serve(built.folder) as address:
        yield address


@pytest.fixture
def chapter(conventions: str, browser: Browser) -> Iterator[Page]:
    """Open the page with each kind of cell."""
    page = browser.new_page()
    page.goto(f"{conventions}page.html")
    yield page
    page.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what the selector says has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"Tab does not reach {selector}")


def test_a_page_shows_text_and_solutions_but_no_blanks(chapter: Page) -> None:
    text = chapter.locator("article").inner_text()
    assert "Said:" in text
    assert "is 4." in text
    for hidden in ("study", "say(", "answer", "demonstrate", "the_solution", "$", "**"):
        assert hidden not in text
    assert chapter.locator("article math").count() == 1


def test_the_keyboard_alone_opens_a_solution(chapter: Page) -> None:
    solution = chapter.locator("article details")
    assert not solution.get_by_text("the_solution").is_visible()
    tab_to(chapter, "article details summary")
    assert chapter.evaluate("document.activeElement.innerText").strip() == "Solution"
    chapter.keyboard.press("Enter")
    assert solution.get_by_text("the_solution").is_visible()
    assert solution.get_by_text("its output").is_visible()


def test_the_keyboard_alone_moves_a_slider(chapter: Page) -> None:
    tab_to(chapter, "article input[type=range]")
    before = chapter.evaluate("document.activeElement.value")
    chapter.keyboard.press("ArrowRight")
    after = chapter.evaluate("document.activeElement.value")
    chapter.keyboard.press("End")
    end = chapter.evaluate("document.activeElement.value")
    assert float(before) < float(after) < float(end)


# What a reader does with a page


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with serve(site.folder) as address:
        yield address


def test_search_finds_where_a_word_is_taught(address: str, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{address}search.html?q=shrinkage")
    found = page.locator("#search-results li a")
    found.first.wait_for()
    led_to = [link.get_attribute("href") for link in found.all()]
    page.close()
    assert any("notebooks/04-random-effects.html" in link for link in led_to)
    assert any("glossary.html" in link for link in led_to)


def test_a_wide_formula_scrolls_in_its_box_by_keyboard(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(f"{address}notebooks/04-random-effects.html")
    page.wait_for_load_state("networkidle")
    wide = page.locator(".formula[tabindex='0']").first
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.scrollLeft > 0", timeout=5000)
    page.close()


def test_a_printed_chapter_is_its_text(address: str, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 720, "height": 1000})
    page.goto(f"{address}notebooks/04-random-effects.html")
    page.emulate_media(media="print", color_scheme="dark")
    for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", "footer"):
        assert not any(each.is_visible() for each in page.locator(part).all()), part
    assert not any(button.is_visible() for button in page.locator("button").all())
    assert sum(each.is_visible() for each in page.locator("h1").all()) == 1
    # Paper does not scroll: what is wider than its box would be cut off.
    cut = page.evaluate("""() => [...document.querySelectorAll("article *")]
        .filter((e) => !e.closest("math") && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
        .map((e) => e.outerHTML.slice(0, 200))""")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.close()
    assert cut == []
    assert dark in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
