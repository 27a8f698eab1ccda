"""The sentences of the chapters on the course's own data say what its numbers say."""

from collections.abc import Callable

from conftest import Executed

OnHsb = Callable[[str], Executed]


def test_chapters_1_and_2_say_what_their_numbers_say(on_hsb: OnHsb) -> None:
    first, second = on_hsb("01").texts, on_hsb("02").texts
    assert "students of one school are more alike" in first["pairs-say"]
    assert "19% lies between schools and 81% within them" in first["anova-say"]
    assert "seldom spread so widely" in first["f-test-say"]
    assert "the line rises" in first["first-look-say"]
    assert "it rises for 145 and falls for 15 of 160 schools" in first["first-look-say"]
    assert "the line of all students has 3.184" in first["first-look-say"]
    assert "For 90 schools sector is public, for 70 it is Catholic." in first["level-2-say"]
    assert "is 11.39 points for the former and 14.20 points for the latter" in first["level-2-say"]
    assert "42 of 7,185 students (0.6%) share the highest value" in first["describe-say"]
    assert "Both lines rise" in second["regressions-say"]
    assert "The line through the means is the steeper one." in second["regressions-say"]
    assert "stands 28% of the way" in second["identity-say"]
    assert "would overstate the relation within schools" in second["easy-mistake-say"]
    assert "1.37 times the naive one, more than such an error explains" in second["robust-say"]
    assert "math achievement is on average higher" in second["robust-say"]
    assert "That is 2.65 times as large." in second["shared-say"]


def test_chapters_3_to_5_say_what_their_numbers_say(on_hsb: OnHsb) -> None:
    third, fourth, fifth = (on_hsb(number).texts for number in ("03", "04", "05"))
    assert "too small by a factor of √(7,184 / 7,024) = 1.011" in third["ways-say"]
    assert "It is 0.130, larger by more than chance would easily make it" in third["ways-say"]
    assert "The line rises" in third["deviations-say"]
    assert "sector does not vary at all" in third["cost-say"]
    assert "1.11 times that of the fixed-effects model" in third["easy-mistake-say"]
    assert "as 2.18 points, less" in fourth["intercepts-say"]
    assert "school 8367, with 14 students" in fourth["by-hand-say"]
    assert "have a higher math achievement" in fourth["within-between-say"]
    assert "tell against the sentence (p < 0.001). Within schools" in fourth["easy-mistake-say"]
    assert "18% lies between schools: 8.61 of 47.8" in fifth["null-say"]
    assert "is beyond all of them" in fifth["zero-say"]
    assert "69% between schools and 5.4% within them" in fifth["explained-say"]
    assert "8.44 between schools and 46.43 within" in fifth["easy-mistake-say"]
    assert "0.160 in these data, where 0.180 is right" in fifth["easy-mistake-say"]


def test_chapter_6_says_what_its_numbers_say(on_hsb: OnHsb) -> None:
    texts = on_hsb("06").texts
    assert "90 schools with sector public and 70 schools with sector Catholic" in texts["the-study"]
    assert "is higher in schools with sector Catholic" in texts["level-2-say"]
    assert "flatter in schools with sector Catholic, 1.44 (95% interval" in texts["slopes-say"]
    assert "In each kind the relation rises." in texts["slopes-say"]
    assert "standard deviation is 0.521" in texts["random-slopes-say"]
    assert "gives p = 0.20" in texts["random-slopes-say"]
    assert "sector is 0 for public and 1 for Catholic" in texts["the-study"]
    assert "is 3.685, where it was 4.768" in texts["level-2-say"]
    assert "of slopes is -1.35, close to the -1.31" in texts["inside-say"]
    assert "0.235 in place of 0.218, on 153 degrees of freedom" in texts["inside-say"]
    assert "variance of slopes: it lowers that by 61%" in texts["variance-say"]
    assert "school 1946 (public) and school 5650 (Catholic)" in texts["prototypes-say"]
    assert (
        "from -3.37 to 0.445 (74% of students) math achievement is higher"
        in texts["difference-say"]
    )
    assert "from 0.445 to 1.69 (26% of students) the two cannot" in texts["difference-say"]
    assert "1.22 in place of 2.10" in texts["effect-say"]
    assert "moderate each other's relation" in texts["easy-mistake-say"]
