"""Tables as text: names and titles stay text in spreadsheets and in Markdown, numbers stay numbers."""

from __future__ import annotations

import csv
import io

import pytest

from snntrainer3d.analysis import csv_text, markdown_table, markdown_text


@pytest.mark.parametrize("text", ["=1+cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "\r=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_text(text: str) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([["a", text]]), newline=""))
    assert row == ["a", f"'{text}".replace("\r", "\n")]


@pytest.mark.parametrize(
    "value", [-1, -1.5, "-1.5", "+0.25", "-1,234.5", "-1e-05", "-.5", "a=b", "", "784-100-10", "–"]
)
def test_numbers_and_plain_texts_stay(value: object) -> None:
    assert csv_text([["a", value]]) == (f'a,"{value}"\n' if "," in str(value) else f"a,{value}\n")


def test_markdown_shows_what_a_name_says() -> None:
    hostile = "![x](http://example.org) <b>_bold_</b>\n# title | `code` $x$ &lt;"
    shown = markdown_text(hostile)
    assert "\n" not in shown
    assert shown.startswith("\\!\\[x\\]".replace("\\!", "!"))
    assert "\\<b\\>\\_bold\\_\\</b\\>" in shown
    assert markdown_text("learning_rate 0.1 · 784-100-10") == "learning_rate 0.1 · 784-100-10"
    assert markdown_table(["a|b"], [["c|d"]]) == "| a\\|b |\n| --- |\n| c\\|d |"
