"""What every text of the course keeps to, whatever the data: laws, not snapshots."""

import ast
import importlib
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import coverage
import random_studies
import yaml

from helpers.text import with_article

ROOT = Path(__file__).resolve().parent.parent

# No text, and no whole chapter, says two of a pair.
EXCLUDE_EACH_OTHER = [
    ("of one size", "in order of size"),
    ("The line rises", "The line falls"),
    ("there is no between slope", "the between slope has a weight"),
    ("Each of them is complete", "left out, because"),
    ("names no level-2 variable", "A level-2 variable is"),
    ("are more alike than", "it hardly matters for two"),
    ("are more alike than", "are even less alike than"),
    ("it hardly matters for two", "are even less alike than"),
    ("*balanced*", "*unbalanced*"),
    ("and nothing goes", "would seldom spread so widely"),
    ("would seldom spread so widely", "too often to rule it out"),
    ("would seldom spread so widely", "finds no difference of means beyond chance"),
    ("too often to rule it out", "Overlapping boxes do not show"),
    ("too often to rule it out", "and yet they are no test"),
    ("By the boxes hardly any two", "The boxes tell fewer pairs apart"),
    ("more than chance would make it differ", "Chance can make it differ that much"),
    ("the line rises", "the line falls"),
    ("the line rises", "the line is level"),
    ("the line falls", "the line is level"),
    ("Both lines rise", "Both lines fall"),
    ("Both lines", "The two lines do not have the same direction"),
    ("Both lines", "The line through the means is level"),
    ("Both lines rise", "goes with a lower value"),
    ("Both lines fall", "goes with a higher value"),
    ("is the steeper one", "is the flatter one"),
    ("there is no between slope", "The dashed line through the means"),
    ("there is no between slope", "mixes"),
    ("steeper in these data", "would understate the relation"),
    ("flatter in these data", "would overstate the relation"),
    ("about as steep", "state the relation within"),
    ("has the opposite direction in these data", "state the relation within"),
    ("are of one size here", "by size moves the between slope"),
    ("claims to know this slope better", "the two cannot be told apart here"),
    ("goes with a higher value", "goes with a lower value"),
    ("In each kind the relation", "The relation rises in one kind"),
    ("In each kind the relation rises", "In each kind the relation falls"),
    ("In each kind the relation", "Not in every kind is the direction"),
    ("not even moderation", "moderate each other's relation"),
    ("The same holds over the whole range", "Nowhere along"),
    ("exactly zero, which is a result", "do not exclude"),
    ("cannot be fitted here", "With that allowed for"),
    ("is still larger in", "is still smaller in"),
    ("Beyond their kind, slopes hardly differ", "What follows keeps one slope for all"),
    ("The means rise more steeply", "The means fall more steeply"),
    ("The same holds over the whole range", "Nowhere in that range"),
    ("no difference is drawn", "The stretches of the figure above"),
    ("no difference is drawn", "are found in one kind only"),
    ("exactly zero, which is a result", "hard to reconcile"),
    ("exactly zero, which is a result", "whose slope is the ICC"),
    ("exactly zero, which is a result", "beyond all of them"),
    ("hard to reconcile", "zero over zero"),
    ("Eta squared is larger", "Eta squared is smaller"),
    ("More than half of the information", "hardly anything is lost"),
    ("More than half of the information", "though less than half"),
    ("beyond all of them", "was reached or passed in"),
    ("so that nothing can be explained there", "Computed as defined above"),
    ("so that nothing can be explained there", "differ in goes with"),
    ("differ in goes with", "is *larger* than without"),
    ("nothing to divide by", "the first term is a variance"),
    ("there is no between slope", "In the average, the between slope"),
    ("there is no between slope", "counts for more"),
    ("there is no between slope", "Hausman's statistic is"),
    ("no between slope is estimated", "counts for more"),
    ("only one slope to read", "In the average, the between slope"),
    ("tell against one slope for both", "cannot tell from none"),
    ("tell against one slope for both", "the two slopes cannot be told apart"),
    ("tell against the sentence", "cannot tell from none"),
    ("tell against the sentence", "only one slope to read"),
    ("count about alike", "counts for more"),
    ("The within slope counts for more", "the second counts for more"),
    ("The between slope counts for more", "the first counts for more"),
    ("groups differ far more than luck", "has so many"),
    ("says of itself *converged: no*", "nothing in the summary says so"),
    ("says of itself *converged: yes*", "as its *no* admits"),
    ("leaves it out", "nothing in the summary says so"),
    ("all neighbours overlap", "No two neighbours overlap"),
    ("With all modes at zero", "The order is shown"),
    ("as exactly zero", "ML puts the group variance"),
    ("as exactly zero", "goes from"),
    ("as exactly zero", "They lie nearer to zero"),
    ("the optimum lies on the edge", "the slope of the likelihood is zero"),
    ("the optimum lies on the edge", "ML puts the group variance"),
    ("have equally many", "in order of size"),
    ("have equally many", "in proportion"),
    ("nearly no pooling", "nearer to complete pooling"),
    ("found no fit", "stopped at a group variance"),
    ("was not run here", "stopped at a group variance"),
    ("is the optimum, as near as matters", "statsmodels stopped is not the top"),
    ("The line rises", "the line rises or falls cannot be told"),
    ("The line falls", "the line rises or falls cannot be told"),
    ("The three ways lead to one slope", "is more than a notebook should hold"),
    ("None can be found here", "With that mended it is"),
    ("None can be found here", "The third way errs"),
    ("None can be found here", "The same slope, and"),
    ("With no degrees of freedom left", "The same slope, and"),
    ("The third way errs in the other direction", "The third way errs too"),
    ("The third way has nothing to hold equal", "Marked are"),
    ("no two stand out", "Marked are"),
    ("no two stand out", "the model puts"),
    ("has the same say.", "no say at all"),
    ("has the same say.", "has the same say:"),
    ("the model puts", "it cannot be told which of the two is higher"),
    ("names no level-2 predictor", "does not vary at all"),
    ("less certain than it is", "more certain than it is"),
    ("The line rises", "That reaches from"),
    ("The line falls", "That reaches from"),
    ("is weak, if there is one", "a strong one"),
    ("may make the two differ by so much", "With the cluster-robust error the slope"),
    ("is not to be trusted here", "more than chance would easily make it"),
    ("are too few for it to be trusted", "more than chance would easily make it"),
    ("are too few for it to be trusted", "may make the two differ by so much"),
    ("do not overlap in", "overlap little in"),
    ("no two stand out", "A warning: the two"),
    ("no two stand out", "picked by their predictor"),
    ("are equal.", "is the higher one"),
    ("It is not estimated here, since all", "Its standard errors are those of OLS"),
    ("It is not estimated here, since all", "the highest. Their means"),
    ("Both lines rise", "is on average lower"),
    ("Both lines fall", "is on average higher"),
    ("is on average higher", "is on average lower"),
    ("about as steep", "a relation that is not found within"),
    ("Two means always lie", "state the relation within"),
    ("Two means always lie", "a relation that is not found within"),
    ("only the second can be asked", "one answer to two questions"),
    ("are even less alike than", "share something"),
    ("nearly always put", "share something"),
    ("nearly always put", "too often to rule it out"),
    ("is *balanced*", "It finds differences too easily"),
    ("is *unbalanced*", "as here, unequal spread"),
    ("This study has no level-2 variable", "Chapter 6 asks"),
    ("The slope is steeper in", "The slope is flatter in"),
    ("The slope is steeper in", "not even moderation"),
    ("The slope is flatter in", "not even moderation"),
    ("The slope is higher in", "not even moderation"),
    ("The slope is lower in", "not even moderation"),
    ("cannot be fitted to these data", "moderate each other's relation"),
    ("cannot be fitted to these data", "The tutorial's way leads to the same verdict"),
    ("whether the two differ cannot be told", "says that it does"),
    ("nothing is computed below", "The prototypes are"),
    ("so that it cannot stand behind a difference", "part of it goes with"),
    ("The lines of the kinds rise", "The lines of the kinds fall"),
    ("hard to reconcile", "are compatible with"),
    ("hard to reconcile", "leave it open"),
    ("are compatible with", "leave it open"),
    ("are compatible with", "is no contradiction"),
    ("stops at zero", "whose slope is the ICC"),
    ("have one sign", "exactly zero, which is a result"),
    ("*negative* intraclass", "whose slope is the ICC"),
    ("takes a larger part", "that between them is larger"),
    ("takes a larger part", "is *larger* than without"),
    ("differ as much as before", "lie further apart"),
    ("A share cannot be above one", "both lie between zero and one"),
]

# Words of the course's own data, which no other study may meet in a computed sentence.
OF_HSB = re.compile(r"\b(schools?|students?|pupils?|math|Catholic|public|sector|ses)\b")

# What units and groups are called in the studies that texts are told of.
NOUNS = [noun for pair in random_studies.NOUNS for noun in pair] + [
    noun | {"many": noun.get("many", f"{noun['one']}s")}
    for folder in (ROOT / "data", ROOT / "tests" / "cases")
    for path in folder.rglob("*.yaml")
    for noun in (yaml.safe_load(path.read_text("utf-8")).get(key, {}) for key in ("unit", "group"))
    if "one" in noun
]
ONE = "|".join(sorted({noun["one"] for noun in NOUNS} | {"unit", "group"}, key=len, reverse=True))
MANY = "|".join(sorted({noun["many"] for noun in NOUNS} | {"units", "groups"}, key=len)[::-1])
# Of these nothing is inside, and none is small or large. What is in a day is said in English.
PEOPLE = r"(?:m[ae]n|child|children|mothers?|infants?|persons?|people|subjects?|judges?|patients?)"
TIMES = r"(?:years?|days?|hours?)"
NO_PLACES = rf"(?i:{PEOPLE}|{TIMES})"

UNLAWFUL = {
    "a number that is none": r"(?<![\w-])(nan|inf|-inf)(?![\w-])",
    "a zero with a sign": r"(?<![\w.])[-−]0(\.0+)?%?(?![\w.,]*[1-9])(?![\w])",
    "a p-value of zero": r"p = 0\.0*(?![\d])",
    "a number in e notation": r"(?<![\w.])[-+]?\d[\d,.]*[eE][+-]?\d+\b",
    "a minus sign of another kind": r"[−\u2013]\d|\w - \w",
    "a count with decimals": rf"\b\d[\d,]*\.0+ (?!{TIMES})(?:{MANY})\b",
    "one with a plural": rf"(?<![\d.,/−-])(?<![=<>√] )\b1 (?:{MANY})\b|\b[Oo]ne (?:{MANY})\b",
    "several with a singular": rf"\b(?:[2-9]|\d[\d,]*\d)(?<![.]\d) (?:{ONE})\b(?![-'\u2019\w])",
    "one of them are": r"(?:^|[.;:] )(?:1|[Oo]ne) (?:of [\w ,]+ |\w+ )(?:are|have|were|differ)\b",
    "all of one or two": r"\b[Aa]ll (?:1|2|one|two)\b(?![,.]?\d)",
    "from a number to itself": r"(?<![\d.,-])(-?\d[\d,.]*) to \1(?![\d,.]*\d)",
    "a difference of zero": r"\b(?:lies|by) 0(?:\.0+)?(?![\d.,%]*\d)",
    "people or times as places": (
        rf"\b(?:[Ii]nside|its own|[Ii]nside \w+|[Ii]n single) {NO_PLACES}\b"
        rf"|\b[Ii]n (?:each|every|a|one|a single) {PEOPLE}\b"
    ),
    "people or times by size": (
        rf"\b(?:small|smaller|smallest|large|larger|largest) {NO_PLACES}\b"
        rf"|\b{NO_PLACES} (?:is|are) (?:\w+ )?(?:small|large)\b"
    ),
    "an object's name": (
        r"<[\w.]+ object|Estimate\(|Finding\.|None\b(?! (?:can be|of|says))|np\.float"
    ),
    "a space before a mark": r" [.,;:!?](?!\.)",
    "two marks": r"[.,;:][.,;]|\.\.(?!\.)",
    "a sentence that begins small": r"[.!?] (?!statsmodels\b)[a-z](?!\.)(?![\w-]*\()",
    "two spaces": r"\S  +\S",
}


def unlawful(text: str) -> list[str]:
    """Return the laws that a text breaks, each with the place."""
    found = [
        f"{law}: …{text[max(0, m.start() - 30) : m.end() + 30]}…"
        for law, pattern in UNLAWFUL.items()
        for m in re.finditer(pattern, text)
    ]
    found += [f"a or an: {noun}" for noun in _ARTICLE.findall(text) if not _is_article(noun)]
    found += [
        f"a number outside its interval: {m[0]}"
        for m in _INTERVAL.finditer(text)
        if not _plain(m[2]) <= _plain(m[1]) <= _plain(m[3])
    ]
    found += [f"both {a!r} and {b!r}" for a, b in EXCLUDE_EACH_OTHER if a in text and b in text]
    marks = re.sub(r"\\.|`[^`]*`", "", text)
    found += [f"unpaired {mark}" for mark in ("$", "(") if _unpaired(marks, mark)]
    return found


_NUMBER = r"(-?\d[\d,]*(?:\.\d+)?)%?"
_INTERVAL = re.compile(
    rf"{_NUMBER}(?: [a-zA-Z°%/²^*\\]+){{0,3}} \(95% interval {_NUMBER} to {_NUMBER}"
)
_ARTICLE = re.compile(r"(?<![\w*])(?:a|an|An) [*_]*[A-Za-z][\w]+")


def _plain(written: str) -> float:
    return float(written.replace(",", ""))


def _is_article(phrase: str) -> bool:
    article, noun = re.sub(r"[*_]", "", phrase).split(" ", 1)
    return with_article(noun).split()[0] == article.lower()


def _unpaired(text: str, mark: str) -> bool:
    if mark == "(":
        return text.count("(") != text.count(")")
    return text.count(mark) % 2 == 1


def assert_lawful(text: str, *, of_hsb: bool = False) -> None:
    """Fail where a text breaks a law; `of_hsb` says that the course's own words may stand there."""
    assert not unlawful(text), (unlawful(text), text)
    if not of_hsb:
        assert not OF_HSB.search(text), text


def never_reached(module: ModuleType, call: Callable[[], object]) -> list[str]:
    """Return the lines of a module that a call never reaches, or leaves one way only."""
    path = str(module.__file__)
    measured = coverage.Coverage(branch=True, include=[path], data_file=None, messages=False)
    measured.start()
    try:
        importlib.reload(module)
        call()
    finally:
        measured.stop()
    lines = Path(path).read_text("utf-8").splitlines()
    missing = set(measured.analysis2(path)[3])
    missing |= {at for at, (ways, taken) in measured.branch_stats(path).items() if taken < ways}
    return [f"{at}: {lines[at - 1].strip()}" for at in sorted(missing)]


def hidden_alternatives(module: ModuleType) -> list[int]:
    """Return the lines where a module chooses inside an expression, which coverage cannot see."""
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.IfExp)]
