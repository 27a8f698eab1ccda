"""Each deck can be read from the last row: seen slide by slide in a browser, from files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import CHAPTERS, ROOT, module_at
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, Page

# What each slide shows once all of it has appeared. The lowest 30 of 720 pixels are the margin's.
# A formula's size is that of its letters; its indices are smaller. Tables and code may be at 20.
LOOK = """
() => Reveal.getSlides().map((slide) => {
  const {h, v} = Reveal.getIndices(slide);
  Reveal.slide(h, v);
  const box = slide.querySelector(".box");
  const name = (e) => `${e.tagName} ${e.textContent.trim().slice(0, 40)}`;
  const area = (e) => e.getBoundingClientRect();
  const beyond = [...box.querySelectorAll("*")].filter((e) => {
    const r = area(e);
    return r.width && (r.left < 0 || r.top < 0 || r.right > 1280.5 || r.bottom > 690.5);
  });
  const small = [], texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const e = texts.currentNode.parentElement;
    const size = parseFloat(getComputedStyle(e.closest("math") || e).fontSize) * Reveal.getScale();
    const least = e.closest("table, pre") ? 20 : 24;
    if (texts.currentNode.data.trim() && size < least) small.push(`${size}: ${name(e)}`);
  }
  const math = [...slide.querySelectorAll("math")];
  return {
    heading: box.querySelector("h1, h2").textContent,
    beyond: beyond.map(name),
    small,
    maths: math.length,
    undrawn: math.filter((e) => e.closest(".box") && !(area(e).width && area(e).height)).length,
    words: [...slide.querySelectorAll("p, li, h1, h2")].map((e) => e.textContent).join(" "),
    figures: [...box.querySelectorAll("img")].map((e) => ({
      alt: e.alt,
      scale: Math.min(area(e).width / e.naturalWidth, area(e).height / e.naturalHeight),
    })),
    notes: slide.querySelectorAll("aside.notes").length,
  };
})
"""


@dataclass
class Seen:
    """A deck as a browser showed it: its slides, what it asked for, and what went wrong."""

    slides: list[dict[str, Any]]
    requests: list[str]
    complaints: list[str]

    def all(self, what: str) -> list[Any]:
        """Return one thing that was looked at, over all slides."""
        return [(slide["heading"], each) for slide in self.slides for each in slide[what]]


@pytest.fixture(scope="module")
def slides() -> Any:
    return module_at("slides/build.py")


@pytest.fixture(scope="module")
def decks(slides: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make elsewhere what ``make slides`` makes."""
    out = tmp_path_factory.mktemp("slides")
    slides.build(ROOT / "notebooks", out)
    return out


def opened(browser: Browser, deck: Path, seen: Seen) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("requestfailed", lambda request: seen.complaints.append(request.url))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.goto(deck.as_uri())
    page.wait_for_function("Reveal.isReady()")
    return page


def look_at(browser: Browser, deck: Path) -> Seen:
    seen = Seen([], [], [])
    page = opened(browser, deck, seen)
    page.evaluate("Reveal.configure({fragments: false})")
    seen.slides = page.evaluate(LOOK)
    page.close()
    return seen


@pytest.fixture(scope="module", params=CHAPTERS, ids=lambda path: path.stem)
def deck(request: pytest.FixtureRequest, browser: Browser, decks: Path) -> Seen:
    return look_at(browser, decks / f"{request.param.stem}.html")


def test_nothing_is_cut_off(deck: Seen) -> None:
    assert deck.all("beyond") == []


def test_all_text_is_large_enough(deck: Seen) -> None:
    assert deck.all("small") == []


def test_figures_are_large_and_described(deck: Seen) -> None:
    assert deck.all("figures")
    for heading, figure in deck.all("figures"):
        assert figure["scale"] > 0.85, heading
        assert len(figure["alt"]) > 40, heading


def test_formulas_are_drawn(deck: Seen) -> None:
    for slide in deck.slides:
        assert not slide["undrawn"]
        assert not re.search(r"\$|\\[a-z]+", slide["words"])
    assert sum(slide["maths"] for slide in deck.slides) > 5


def test_a_deck_asks_for_files_only_and_does_not_complain(deck: Seen) -> None:
    assert deck.complaints == []
    assert all(url.startswith(("file:", "data:")) for url in deck.requests)


def test_a_deck_fills_a_lecture_and_has_notes(deck: Seen) -> None:
    assert 12 <= len(deck.slides) <= 45
    assert sum(slide["notes"] for slide in deck.slides) >= 3


def test_the_speaker_sees_notes_and_the_next_slide(browser: Browser, decks: Path) -> None:
    page = opened(browser, decks / f"{CHAPTERS[3].stem}.html", Seen([], [], []))
    said = "Reveal.getSlides().findIndex((slide) => slide.querySelector('aside.notes'))"
    page.evaluate(f"Reveal.slide(...Object.values(Reveal.getIndices(Reveal.getSlides()[{said}])))")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    speaker = popup.value
    notes = page.locator("section.present aside.notes").last
    assert speaker.locator(".said").inner_html() == notes.inner_html()
    following = speaker.locator(".next .box").inner_text()
    for _ in range(20):
        speaker.keyboard.press("ArrowRight")
        if speaker.locator(".now .box").inner_text() == following:
            break
    else:
        pytest.fail("the deck did not get to the slide announced as next")


def test_too_much_for_a_slide_is_seen(slides: Any, browser: Browser, tmp_path: Path) -> None:
    long = new_markdown_cell("## Much\n\n" + "a word or two more, " * 90)
    table = new_markdown_cell("|" + "wide|" * 60 + "\n|" + "-|" * 60)
    for cell in (long, table):
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    notebook = new_notebook(cells=[long, table])
    nbformat.write(notebook, tmp_path / "01-much.ipynb")
    slides.build(tmp_path, tmp_path / "out")
    shown = (tmp_path / "out" / "01-much.html").read_text(encoding="utf-8")
    (tmp_path / "out" / "01-much.html").write_text(
        shown.replace("</style>", "p { font-size: 12px !important; height: 700px; }</style>"),
        encoding="utf-8",
    )
    seen = look_at(browser, tmp_path / "out" / "01-much.html")
    assert {heading for heading, _ in seen.all("beyond")} == {"Much"}
    assert all(slide["beyond"] for slide in seen.slides)
    assert seen.slides[0]["small"]


def marked(cell: Any, slide_type: str, *tags: str) -> Any:
    cell.metadata |= {"slideshow": {"slide_type": slide_type}, "tags": list(tags)}
    return cell


def code(source: str, text: str) -> Any:
    return new_code_cell(source, outputs=[new_output("stream", text=text)])


def test_a_slide_shows_what_its_cells_are_marked_to_be(slides: Any) -> None:
    notebook = new_notebook(
        cells=[
            marked(new_markdown_cell("## One\n\nfirst"), "slide"),
            marked(new_markdown_cell("only the speaker"), "notes"),
            marked(new_markdown_cell("later"), "fragment"),
            marked(code("hidden = 1", "shown output"), "-"),
            marked(code("visible = 1", ""), "-", "slide-code"),
            marked(new_markdown_cell("second"), "subslide"),
            marked(new_markdown_cell("left out"), "skip"),
            *(
                marked(code(f"of_{tag}()", tag), "-", tag)
                for tag in ("parameters", "answer", "solution", "live")
            ),
        ]
    )
    ((one, two),) = slides.slides_of(notebook)
    html = one.to_html()
    assert '<div class="fragment"><p>later</p>' in html
    assert "shown output" in html
    assert "hidden" not in html
    assert "visible" in html
    assert re.search(r'<aside class="notes"><p>only the speaker</p>\s*</aside>', html)
    assert "only the speaker" not in html.partition("<aside")[0]
    assert 'class="again"' in two.heading
    assert "One" in two.heading
    assert "".join(map(str, two.parts)).strip() == "<p>second</p>"


def test_a_cell_that_nobody_marked_is_named(slides: Any) -> None:
    notebook = new_notebook(cells=[new_markdown_cell("# 9 · Nine", id="nine")])
    with pytest.raises(ValueError, match="9 · Nine: the cell nine has no slide_type"):
        slides.slides_of(notebook)


def test_the_index_lists_every_deck(decks: Path) -> None:
    listed = re.findall(r'href="([^"]+)"', (decks / "index.html").read_text(encoding="utf-8"))
    assert [f"{path.stem}.html" for path in CHAPTERS] == [x for x in listed if x != "data:,"]
    for path in CHAPTERS:
        named = re.findall(r'(?:src|href)="([^"]+)"', (decks / f"{path.stem}.html").read_text())
        for file in named:
            assert file.startswith("data:") or (decks / file).is_file(), file
