"""On a page without a kernel the demonstrations say and show what they do in a notebook."""

import shutil
from pathlib import Path
from types import ModuleType

import pytest
from conftest import ROOT, module_at
from playwright.sync_api import Browser, Page, expect

from helpers import demonstrate_shrinkage, read_study
from helpers.course.demonstrations.simulated import Demonstration

CELL = "live-shrinkage"


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """Load the site's player, with a folder of its own to keep pictures in."""
    module = module_at("site/player.py")
    module.KEPT = tmp_path_factory.mktemp("kept")
    return module


@pytest.fixture(scope="module")
def page_file(players: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with nothing but a player."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(ROOT / "site" / "static", folder / "_static")
    head = (
        '<meta charset="utf-8"><link rel="stylesheet" href="_static/live.css">'
        '<script src="_static/live.js"></script>'
    )
    body = players.player(CELL, folder / "_static")
    file = folder / "index.html"
    file.write_text(f"<!doctype html><head>{head}</head><body>{body}</body>", encoding="utf-8")
    return file


@pytest.fixture
def page(page_file: Path, browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(page_file.as_uri())
    yield page
    page.close()
    assert complaints == []


def test_it_shows_each_value_as_the_notebook_does(page: Page) -> None:
    demonstration = demonstrate_shrinkage(read_study("hsb"))
    slider = page.get_by_role("slider", name=demonstration.label)
    expect(page.locator("output")).to_have_text(demonstration.write(demonstration.start))
    page.keyboard.press("Tab")
    expect(slider).to_be_focused()
    page.keyboard.press("Home")
    for value in demonstration.values:
        expect(page.locator("figcaption")).to_have_text(demonstration.say(value))
        expect(slider).to_have_attribute("aria-valuetext", demonstration.write(value))
        page.keyboard.press("ArrowRight")
    assert page.get_by_role("img", name=demonstration.alt).count() == 1


def test_a_move_is_drawn_within_200_ms(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    spent = page.evaluate(
        """async () => {
            const slider = document.querySelector("input"), image = document.querySelector("img");
            const spent = [];
            for (let place = 0; place <= slider.max; place++) {
                const begin = performance.now();
                slider.value = place;
                slider.dispatchEvent(new Event("input"));
                await image.decode();
                spent.push(performance.now() - begin);
            }
            return spent.sort((a, b) => a - b);
        }"""
    )
    assert spent[len(spent) // 2] < 200


def test_it_fits_a_narrow_page(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("img").evaluate("image => image.naturalWidth") > 800


def test_without_javascript_it_shows_one_picture_and_says_so(
    page_file: Path, browser: Browser
) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(page_file.as_uri())
    demonstration = demonstrate_shrinkage(read_study("hsb"))
    expect(page.locator("figcaption")).to_have_text(demonstration.say(demonstration.start))
    expect(page.locator("noscript p")).to_contain_text("needs JavaScript")
    expect(page.get_by_role("slider")).to_have_count(0)
    page.close()


def test_pictures_are_made_again_only_when_something_changed(
    players: ModuleType, page_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[float] = []
    draw = Demonstration.picture
    monkeypatch.setattr(
        Demonstration, "picture", lambda self, value: drawn.append(value) or draw(self, value)
    )
    players.player(CELL, tmp_path)
    assert not drawn
    monkeypatch.setattr(players, "_inputs", lambda: "other data")
    players.player(CELL, tmp_path)
    assert len(drawn) == len(list((tmp_path / CELL).iterdir()))
