"""Bad input gets one clear error, and no traceback."""

import pytest
from bad_inputs import BAD, said_to, table
from conftest import ROOT


def test_the_table_of_bad_inputs_is_what_is_said_now() -> None:
    assert len(BAD) >= 90
    assert (ROOT / "tests" / "reference" / "bad_inputs.md").read_text("utf-8") == table()


@pytest.mark.parametrize("name", BAD)
def test_each_bad_input_is_refused_in_lines_that_begin_with_error(name: str) -> None:
    code, said = said_to(BAD[name])
    assert code == 1
    assert said
    assert all(line.startswith("error: ") for line in said.splitlines())
    assert "Traceback" not in said
