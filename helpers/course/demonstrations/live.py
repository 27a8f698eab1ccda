"""Demonstrations in a notebook: a slider whose picture and sentence follow it."""

import asyncio
from html import escape
from typing import Any, ClassVar, Protocol

import ipywidgets
from IPython.display import display
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode

from helpers.course.style import as_html


class Playable(Protocol):
    """What a player asks of a demonstration."""

    label: str
    values: tuple[float, ...]
    start: float
    alt: ClassVar[str]
    more: ClassVar[str]

    def write(self, value: float) -> str:
        """Write where the slider stands."""

    def picture(self, value: float) -> bytes:
        """Draw the picture for a value, as a PNG."""

    def say(self, value: float) -> str:
        """Say what the picture shows, as plain text."""

    def advance(self, value: float) -> bool:
        """Do the next part of what takes a while; tell whether more waits."""


class WithoutLiveOutputs(Preprocessor):
    """Takes what live demonstrations show out of a notebook: it is of use only with a kernel."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Empty a cell's outputs if it has the tag ``live``."""
        if cell.cell_type == "code" and "live" in cell.metadata.get("tags", []):
            cell.outputs = []
        return cell, resources


def show(demonstration: Playable) -> None:
    """Show a demonstration with its slider, and a button where it takes a while."""
    display(Player(demonstration).widget)


class Player:
    """A slider, and what stands below it.

    What takes a while is done part by part on the kernel's event loop, so that the picture fills
    in and a move of the slider is heard in between.
    """

    def __init__(self, demonstration: Playable) -> None:
        self.demonstration = demonstration
        self.slider = ipywidgets.SelectionSlider(
            options=[(demonstration.write(value), value) for value in demonstration.values],
            value=demonstration.start,
            description=demonstration.label,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 640px)"},
        )
        self.button = ipywidgets.Button(
            description=demonstration.more, layout={"width": "max-content"}
        )
        self.picture, self.sentence = ipywidgets.HTML(), ipywidgets.HTML()
        parts = [self.slider, self.picture, self.sentence]
        if demonstration.more:
            parts.insert(1, self.button)
        self.widget = ipywidgets.VBox(parts)
        self._running: asyncio.Task[None] | None = None
        self.slider.observe(self._on_move, names="value")
        self.button.on_click(lambda _: self._run())
        self._redraw()

    def _redraw(self) -> None:
        about, value = self.demonstration, self.slider.value
        look = "display: block; width: min(100%, 800px)"
        self.picture.value = as_html(about.picture(value), about.alt, look)
        self.sentence.value = f'<p role="status" aria-live="polite">{escape(about.say(value))}</p>'

    def _on_move(self, _: object) -> None:
        self._redraw()
        if self._running is not None:
            self._run()

    def _run(self) -> None:
        """Let what takes a while begin, for the value at which the slider stands now."""
        if self._running is not None:
            self._running.cancel()
        self._running = asyncio.get_running_loop().create_task(self._go_on(self.slider.value))

    async def _go_on(self, value: float) -> None:
        waiting = True
        while waiting:
            waiting = self.demonstration.advance(value)
            self._redraw()
            await asyncio.sleep(0.01)  # the slider may have moved
