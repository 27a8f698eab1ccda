"""Several studies side by side: one table, one figure."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from helpers.course.style import BLACK, GREY, STYLE, as_html, as_png, plain, short
from helpers.course.words import Words, count
from helpers.models.estimate import Estimate
from helpers.running.report.index import found_in, slopes_of
from helpers.running.report.page import markdown_to_html, page
from helpers.study.file import Study
from helpers.text import NOT_AVAILABLE, number, percent

Known = Mapping[tuple[str, str], Estimate]

PANELS: dict[str, tuple[str, str] | str] = {
    "intraclass correlation": ("null", "icc"),
    "slope within": "within",
    "slope between": "between",
}


def overview_page(
    studies: Mapping[str, Study],
    tables: Mapping[str, pd.DataFrame],
    links: Mapping[str, str],
) -> str:
    """Return the page that lays several studies side by side.

    Parameters
    ----------
    studies
        The studies, with their data, by name.
    tables
        Each study's ``results.csv``.
    links
        Where each study's own index is.

    Examples
    --------
    >>> "0 studies" in overview_page({}, {}, {})
    True
    """
    known = {name: found_in(tables[name].to_dict("records")) for name in studies}
    found = {name: _main_estimates(studies[name], known[name]) for name in studies}
    header = ["study", "units", "groups", *PANELS]
    lines = [f"| {' | '.join(header)} |", "|:---|" + "---:|" * (len(header) - 1)]
    for name, estimates in found.items():
        study = studies[name]
        frame = study.frame
        cells = [
            f"[{Words.text(study.title or name)}]({links[name]})",
            count(len(frame), study.unit),
            count(frame[study.group.name].nunique(), study.group),
            *(
                _cell(panel, estimates[panel])
                if panel in estimates
                else _no_cell(panel, study, known[name])
                for panel in PANELS
            ),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    text = [
        f"# {len(studies)} studies side by side",
        "In the table, each study's slopes are in its own units: outcome per unit of its "
        "predictor. In the figure they are standard deviations of the outcome per standard "
        "deviation of the predictor, over all units. The intraclass correlation has no units.",
        "\n".join(lines),
    ]
    body = markdown_to_html("\n\n".join(text))
    if any(found.values()):
        alt = "Panels with a row for each study: a point for the estimate, a line for its interval."
        forest = draw_forest(found, {name: _scale(study) for name, study in studies.items()})
        body += f"{as_html(as_png(forest), alt)}\n"
    body += markdown_to_html("All estimates of all studies, unrounded: [results.csv](results.csv).")
    return page("Several studies", body, {})


def _scale(study: Study) -> float:
    """Return what a slope is multiplied by to be one of standard deviations."""
    frame = study.frame
    return float(frame[study.predictor.name].std() / frame[study.outcome.name].std())


def _main_estimates(study: Study, known: Known) -> dict[str, Estimate]:
    """Return a study's intraclass correlation and slopes, those that were estimated."""
    slopes = slopes_of(study, known)
    found = {
        panel: known.get(where) if isinstance(where, tuple) else slopes.get(where)
        for panel, where in PANELS.items()
    }
    return {panel: estimate for panel, estimate in found.items() if estimate is not None}


def _no_cell(panel: str, study: Study, known: Known) -> str:
    """Write why a study has no such estimate: there is none, or no chapter that ran made it."""
    if panel == "slope between" and ("between", study.predictor.name) in known:
        return "none, as means are equal"
    return "not estimated"


def _cell(panel: str, estimate: Estimate) -> str:
    """Write an estimate with its interval for the table."""
    values = (estimate.estimate, estimate.conf_low, estimate.conf_high)
    if panel == "intraclass correlation":
        best, low, high = map(percent, values)
    else:
        best, low, high = (number(value, estimate.std_error) for value in values)
    return f"{best} (no interval)" if low == NOT_AVAILABLE else f"{best} ({low} to {high})"


@STYLE
def draw_forest(found: Mapping[str, Mapping[str, Estimate]], scales: Mapping[str, float]) -> Figure:
    """Draw the main estimates of several studies, a row each.

    Parameters
    ----------
    found
        For each study, the estimates by the panel they belong to.
    scales
        For each study, what its slopes are multiplied by.

    Returns
    -------
    Figure
        A panel for each kind of estimate that a study has, with points, intervals and a line at
        zero.

    Examples
    --------
    >>> one = Estimate("null", "variance", "icc", 0.2, conf_low=0.1, conf_high=0.3)
    >>> len(draw_forest({"a": {"intraclass correlation": one}}, {"a": 1.0}).axes)
    1
    """
    titles = [panel for panel in PANELS if any(panel in each for each in found.values())]
    figure = Figure(figsize=(1.6 + 2.8 * len(titles), 1.4 + 0.34 * len(found)))
    panels = figure.subplots(1, len(titles), sharey=True, squeeze=False)[0]
    for axes, panel in zip(panels, titles, strict=True):
        is_slope = panel != "intraclass correlation"
        for row, (name, estimates) in enumerate(found.items()):
            if one := estimates.get(panel):
                scale = scales[name] if is_slope else 1.0
                axes.plot([one.conf_low * scale, one.conf_high * scale], [row, row], color=BLACK)
                axes.plot(one.estimate * scale, row, "o", color=BLACK, markersize=5)
        axes.axvline(0, color=GREY, linewidth=1.5)
        axes.set_title(panel)
        axes.set_xlabel("standard deviations" if is_slope else "share of the variance")
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    panels[0].set_yticks(range(len(found)), [short(plain(name)) for name in found])
    panels[0].set_ylim(len(found) - 0.5, -0.5)
    return figure
