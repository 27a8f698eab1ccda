"""The laws of texts find what they are there to find, and nothing in what is well said."""

import pytest
from laws import unlawful

FALSE = {
    "a or an": "They share a earthquake.|Two trees of a island.|It has an university.",
    "one with a plural": "There are 1 groups.|It is found in one men.|In 1 islands.",
    "several with a singular": "There are 2 group.|All of 1,595 mother.|In 12 earthquake.",
    "one of them are": "1 of 143 rows are left out.|One man are.|So it is. 1 group differ.",
    "all of one or two": "All 2 islands are shown.|All two differ.",
    "from a number to itself": "From 2.50 to 2.50.|A range of 3 to 3.",
    "a difference of zero": "It lies 0 above.|They differ by 0, in favour.|By 0.00 mm: by 0.00.",
    "a number in e notation": "It is 9.36e-06.|It is 1.038e+08 in all.|$\\frac{1.6e+04}{2}$",
    "a zero with a sign": "It is -0.0%.|It is -0.",
    "a minus sign of another kind": "It is −3.|From n - 1.",
    "a count with decimals": "There are 12.0 islands.",
    "people or times as places": "Inside men it is so.|In each man.|A mean in its own year.",
    "people or times by size": "The smallest men.|Men are large.|Since children are so large.",
    "a number outside its interval": "Higher by 23.3 mm (95% interval -26.8 to -19.9).",
}
TRUE = (
    "They share an earthquake, in an hour of a unit at a university.|There is 1 group, or one man."
    "|There are 2 groups of 1,595 mothers and 12.00 hours.|1 of 143 rows is left out: 2 are not."
    "|All 21 islands, and all 2,159 children.|From 2.50 to 2.51, or from 2 to 20."
    "|It lies 0.2 above, by 0.03.|It is 0.00000936 or 1.2 × 10⁻¹¹ m.|It is 0% or -3.|n − 1 of them."
    "|Within men, from man to man, for one man: men of few records, in one day."
    "|Lower by 23.3 mm (95% interval 19.9 to 26.8), a slope of -1.20 (95% interval -2.1 to -0.3)."
)


@pytest.mark.parametrize("law", FALSE)
def test_what_is_badly_said_breaks_its_law(law: str) -> None:
    for text in FALSE[law].split("|"):
        assert law in [breach.partition(":")[0] for breach in unlawful(text)], text


@pytest.mark.parametrize("text", TRUE.split("|"))
def test_what_is_well_said_breaks_no_law(text: str) -> None:
    assert not unlawful(text)
