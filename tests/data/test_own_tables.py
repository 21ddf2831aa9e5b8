"""Tables as spreadsheets of any country write them: what is a label, a number, a header is understood or told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from own_files import written
from snntrainer3d.data import Choice, Reading, check_data, import_data, load, own_report
from snntrainer3d.errors import FileFormatError, InputError, Snntrainer3dError

WIDTHS = [0.284, -0.079, 1.633, 2.5, 0.921, 1.125, -3.5, 0.625, 4.75, 5.5, -0.25, 2.125]
HEIGHTS = [-2.655, -1.025, -0.197, 0.338, 5.125, 0.75, 1.5, 2.25, -0.5, 3.5, 1.25, 6.5]
CLASSES = ["a", "b"] * 6
HEAD = ("w", "h", "label")


def lines(head: tuple[str, ...] | None = HEAD, delimiter: str = ",", decimal: str = ".") -> list[str]:
    """Give the same table in one of many ways."""
    rows = [
        [f"{w}".replace(".", decimal), f"{h}".replace(".", decimal), c]
        for w, h, c in zip(WIDTHS, HEIGHTS, CLASSES, strict=True)
    ]
    return [delimiter.join(row) for row in ([head] if head else []) + rows]


def check(folder: Path, text: str | bytes, name: str = "t.csv", **said: object) -> Reading:
    content = text if isinstance(text, bytes) else text.encode()
    return check_data(written(folder, name, content), choice=Choice(**said))


def faults_of(folder: Path, text: str | bytes, **said: object) -> dict[str, str]:
    with pytest.raises(Snntrainer3dError) as caught:
        check(folder, text, **said)
    return {fault.path: f"{fault.message} {fault.hint}" for fault in caught.value.faults}


def joined(rows: list[str], end: str = "\n") -> str:
    return end.join(rows) + end


QUOTED = ['"w, cm";"h; in ""cm""";label', *lines(None, ";")]
WAYS: dict[str, str | bytes] = {
    "semicolons and decimal commas": joined(lines(delimiter=";", decimal=",")),
    "the same without a header": joined(lines(None, ";", ",")),
    "tabs and decimal commas": joined(lines(delimiter="\t", decimal=",")),
    "commas around quoted decimal commas": joined(
        ["w,h,label", *(f'"{w}","{h}",{c}'.replace(".", ",") for w, h, c in zip(WIDTHS, HEIGHTS, CLASSES, strict=True))]
    ),
    "spaces, as NumPy": joined(lines(delimiter=" ")),
    "aligned by spaces": joined([f"  {line}" for line in lines(delimiter="   ")]),
    "pipes": joined(lines(delimiter="|")),
    "commas and spaces": joined(lines(delimiter=", ")),
    "delimiters within quotes": joined(QUOTED),
    "a comment first": joined(["# made by me", '# with "a quote', *lines()]),
    "a comment within": joined([*lines()[:4], "# a break, here", *lines()[4:]]),
    "a header in a comment, as NumPy": joined(["# w,h,label", *lines(None)]),
    "the separator said": joined(["sep=;", *lines(delimiter=";", decimal=",")]),
    "an empty last column": joined([f"{line}," for line in lines()]),
    "rows with an empty last cell": joined([lines()[0], *(f"{line},," for line in lines()[1:])]),
    "empty lines": joined(["", *(f"{line}\n" for line in lines())]),
    "all in quotes": joined([",".join(f'"{cell}"' for cell in line.split(",")) for line in lines()]),
    "a byte order mark": joined(lines()).encode("utf-8-sig"),
    "UTF-16": joined(lines(delimiter="\t", decimal=",")).encode("utf-16"),
    "UTF-16 without a mark": joined(lines()).encode("utf-16-le"),
    "line ends of Windows": joined(lines(), "\r\n"),
    "line ends of old Macs": joined(lines(), "\r"),
    "no line end at the end": joined(lines()).rstrip(),
    "typographic minus": joined(lines()).replace("-", "\N{MINUS SIGN}"),
    "rows numbered by pandas": joined([f",{lines()[0]}", *(f"{at},{line}" for at, line in enumerate(lines()[1:]))]),
    "rows named by R": joined([lines()[0], *(f'"{at + 1}",{line}' for at, line in enumerate(lines()[1:]))]),
    "an Id": joined([f"Id,{lines()[0]}", *(f"{at},{line}" for at, line in enumerate(lines()[1:], 1))]),
    "rows named by words": joined([f"id,{lines()[0]}", *(f"P{at:03},{line}" for at, line in enumerate(lines()[1:]))]),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_one_table_written_in_many_ways_is_one_data_set(way: str, tmp_path: Path) -> None:
    expected = check(tmp_path, joined(lines())).dataset
    found = check(tmp_path, WAYS[way]).dataset
    assert found.info.class_names == ("a", "b")
    for part, other in ((found.train, expected.train), (found.test, expected.test)):
        assert np.array_equal(part.labels, other.labels)
        assert np.allclose(part.inputs, other.inputs)


def test_latin_letters_are_guessed_and_told(tmp_path: Path) -> None:
    reading = check(tmp_path, joined(lines()).replace(",a", ",Bär").encode("cp1252"))
    assert reading.dataset.info.class_names == ("Bär", "b") or reading.dataset.info.class_names == ("b", "Bär")
    assert any("not UTF-8" in note for note in reading.report.notes)


def labels_of(folder: Path, labels: list[str], head: str = "label") -> tuple[str, ...]:
    rows = [f"w,h,{head}", *(f"{w},{h},{c}" for w, h, c in zip(WIDTHS, HEIGHTS, labels, strict=True))]
    return check(folder, joined(rows)).dataset.info.class_names


@pytest.mark.slow
def test_labels_stay_text(tmp_path: Path) -> None:
    assert labels_of(tmp_path, ["1_1", "1_2", "11"] * 4) == ("11", "1_1", "1_2")
    assert set(labels_of(tmp_path, ["007", "7", "08"] * 4)) == {"007", "7", "08"}
    assert labels_of(tmp_path, ["3.0", "12.0", "-1.0"] * 4) == ("-1", "3", "12")
    assert set(labels_of(tmp_path, ["3.0", "3", "x"] * 4)) == {"3.0", "3", "x"}
    assert labels_of(tmp_path, ["²", "³", "①"] * 4) == ("²", "³", "①")
    assert labels_of(tmp_path, ["none", "-", "?"] * 4) == ("-", "?", "none")
    assert labels_of(tmp_path, ["1" * 30, "2" * 30] * 6) == ("1" * 30, "2" * 30)
    reading = check(tmp_path, joined(lines()).replace(",a", ",07").replace(",b", ",7"))
    assert any("07 and 7 are 2 classes" in note for note in reading.report.notes)


@pytest.mark.parametrize("missing", ["", "NaN", "NA", "n/a", "#N/A", "null"])
def test_a_missing_label_is_a_fault(missing: str, tmp_path: Path) -> None:
    rows = lines()
    rows[3] = rows[3].rsplit(",", 1)[0] + f",{missing}"
    assert "has no label" in faults_of(tmp_path, joined(rows))["row 4"]


@pytest.mark.parametrize("cell", ["1_5", "infinity", "inf", "1e999", "٣", "0x1F", "1 5", "12.05.2024", "5 cm", "²"])
def test_what_is_no_ordinary_number_is_told_at_its_cell(cell: str, tmp_path: Path) -> None:
    rows = lines()
    rows[3] = f"{cell},1,a"
    assert "expected a finite number" in faults_of(tmp_path, joined(rows))["row 4, column w"]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("", "is missing."),
        ("NA", "is missing (NA)"),
        ("NaN", "--ignore w"),
        ('"1,234"', "where . is the decimal sign"),
        ('"1,234.5"', "without separators of thousands"),
        ("1'234", "without separators of thousands"),
        ('"0,5"', "--decimal ,"),
        ("5%", "percent sign"),
    ],
)
def test_missing_and_foreign_numbers_are_told_with_what_to_do(cell: str, told: str, tmp_path: Path) -> None:
    rows = lines()
    rows[5] = f"{cell},1,a"
    assert told in faults_of(tmp_path, joined(rows))["row 6, column w"]


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    rows = ["# comment", "", *lines()]
    rows[6] = '"a\nb",1,a'
    rows[8] = "x,1,a"
    assert set(faults_of(tmp_path, joined(rows))) == {"row 7, column w", "row 9, column w"}


@pytest.mark.slow
def test_thousands_are_told_where_they_may_be_decimals(tmp_path: Path) -> None:
    rows = ["w;label", *(f"{at}.{at * 7 % 900 + 100};{'ab'[at % 2]}" for at in range(1, 13))]
    told = check(tmp_path, joined(rows)).report
    assert any("separates thousands" in note for note in told.notes)
    said = check(tmp_path, joined(rows), decimal=".").report
    assert not any("separates thousands" in note for note in said.notes)
    assert not any("thousands" in note for note in check(tmp_path, joined(lines(delimiter=";"))).report.notes)


def test_percent_is_read_where_all_of_a_column_has_it(tmp_path: Path) -> None:
    rows = ["w,h,label", *(f"{w} %,{h},{c}" for w, h, c in zip(WIDTHS, HEIGHTS, CLASSES, strict=True))]
    reading = check(tmp_path, joined(rows))
    assert np.allclose(reading.dataset.train.inputs, check(tmp_path, joined(lines())).dataset.train.inputs)
    assert any("percent" in line for line in reading.report.read)


@pytest.mark.slow
def test_which_column_is_the_label_is_told_and_chosen(tmp_path: Path) -> None:
    rows = ["y,w,level", *(f"{at % 2},{w},{at % 4}" for at, w in enumerate(WIDTHS))]
    reading = check(tmp_path, joined(rows))
    assert reading.report.label == "The label is the column y (by its name)."
    assert reading.dataset.info.class_names == ("0", "1")
    for said in ("level", "LEVEL", "3"):
        assert check(tmp_path, joined(rows), label=said).dataset.info.class_names == ("0", "1", "2", "3")
    assert (
        "there is no column 'z'. The columns are y, w, level" in faults_of(tmp_path, joined(rows), label="z")["label"]
    )
    assert check(tmp_path, joined(rows), ignore=("y",)).report.label.startswith(
        "The label is the column level (the last"
    )
    assert "cannot be left out" in faults_of(tmp_path, joined(rows), label="w", ignore=("w",))["ignore"]
    points = ["x,y,z", *(f"{'ab'[at % 2]},{w},{h}" for at, (w, h) in enumerate(zip(WIDTHS, HEIGHTS, strict=True)))]
    assert "the column x (the only one of words)" in check(tmp_path, joined(points)).report.label
    last = ["q,r,s", *(f"{w},{h},{at % 2}" for at, (w, h) in enumerate(zip(WIDTHS, HEIGHTS, strict=True)))]
    assert "the column s (the last one" in check(tmp_path, joined(last)).report.label
    both = [
        "w,class,target",
        *(f"{w},{'ab'[at % 2]},{h}" for at, (w, h) in enumerate(zip(WIDTHS, HEIGHTS, strict=True))),
    ]
    assert any("target" in note for note in check(tmp_path, joined(both)).report.notes)


def test_columns_are_left_out_by_name_or_number(tmp_path: Path) -> None:
    rows = [
        "w,h,town,label",
        *(line.rsplit(",", 1)[0] + f",{'xyz'[at % 3]},{line[-1]}" for at, line in enumerate(lines(None))),
    ]
    told = faults_of(tmp_path, joined(rows))["column town"]
    assert "holds words, as 'x'" in told
    assert "--ignore town" in told
    for said in ("town", "3"):
        reading = check(tmp_path, joined(rows), ignore=(said,))
        assert [(one.kind, one.examples) for one in reading.report.left_out] == [("columns", ("town",))]
        assert reading.dataset.info.input_shape == (2,)
        assert reading.report.table is not None
        assert reading.report.table.columns == ("w", "h", "town", "label")
        assert reading.report.table.ignored == ("town",)
    twice = joined(["w,w,label", *lines(None)])
    assert "2 columns are called 'w'" in faults_of(tmp_path, twice, ignore=("w",))["ignore"]
    assert check(tmp_path, twice, ignore=("2",)).dataset.info.input_shape == (1,)


@pytest.mark.slow
def test_numbers_that_only_count_rows_are_left_out_or_told(tmp_path: Path) -> None:
    numbered = [f"{at},{line}" for at, line in enumerate(lines(None), 100)]
    for head in ("", "Unnamed: 0", "ID", "index", "#", "row_id"):
        reading = check(tmp_path, joined([f"{head},w,h,label", *numbered]))
        assert reading.dataset.info.input_shape == (2,), head
        assert "numbers the rows" in reading.report.left_out[0].reason
    time = check(tmp_path, joined(["time,w,h,label", *numbered]))
    assert time.dataset.info.input_shape == (3,)
    assert any("Column time counts the samples" in note for note in time.report.notes)
    bare = check(tmp_path, joined([f"{at},{line}" for at, line in enumerate(lines(None))]))
    assert bare.dataset.info.input_shape == (2,)
    copied = check(tmp_path, joined(["Id,w,h,label", *numbered, numbered[3]]))
    assert copied.dataset.info.input_shape == (2,)
    again = check(tmp_path, joined(["id,w,h,label", *(f"{at % 3},{line}" for at, line in enumerate(lines(None)))]))
    assert again.dataset.info.input_shape == (3,)


@pytest.mark.slow
def test_header_delimiter_and_decimal_are_found_or_chosen(tmp_path: Path) -> None:
    years = joined(["2019,2020,kind", *lines(None)])
    chosen = check(tmp_path, years, header=True).report.table
    assert chosen is not None
    assert chosen.columns == ("2019", "2020", "kind")
    without = check(tmp_path, joined(lines(None)), header=False).report.table
    assert without is not None
    assert (without.header, without.columns, without.delimiter, without.decimal) == (
        False,
        ("1", "2", "3"),
        "comma",
        ".",
    )
    one = joined([line.replace(";", " ; ") for line in lines(delimiter=";", decimal=",")])
    for said in (";", "semicolon"):
        assert check(tmp_path, one, delimiter=said, decimal=",").dataset.info.input_shape == (2,)
    tab = joined(lines(delimiter="\t"))
    assert {check(tmp_path, tab, delimiter=said).dataset.info.input_shape for said in ("tab", "\t", "\\t")} == {(2,)}
    assert "expected one sign" in faults_of(tmp_path, one, delimiter="ab")["delimiter"]
    assert "expected . or ," in faults_of(tmp_path, one, decimal="x")["decimal"]
    assert "cannot be both" in faults_of(tmp_path, joined(lines()), decimal=",", delimiter=",")["decimal"]


def test_an_unclosed_quote_is_told_at_its_row(tmp_path: Path) -> None:
    rows = lines()
    rows[4] = f'"{rows[4]}'
    assert "quote that is never closed" in faults_of(tmp_path, joined(rows), delimiter=",")["row 5"]


def test_a_cell_that_is_too_long_is_told_as_that(tmp_path: Path) -> None:
    rows = [*lines()[:4], f"1,2,3,{'x' * 200_000}"]
    assert "a cell of more than 131,072 characters" in faults_of(tmp_path, joined(rows), delimiter=",")["row 5"]


def test_what_is_said_of_tables_is_refused_for_other_files(tmp_path: Path) -> None:
    from own_files import arrays, packed, pictures_by_class

    pets = packed(pictures_by_class())
    for said, path in (({"ignore": ("w",)}, "ignore"), ({"header": False}, "header"), ({"label": "x"}, "label")):
        with pytest.raises(InputError) as caught:
            check(tmp_path, pets, "pets.zip", **said)
        assert caught.value.path == path
    x = np.random.default_rng(0).random((12, 4))
    npz = arrays(x=x, y=np.arange(12) % 2, kinds=np.arange(12) % 3)
    assert len(check(tmp_path, npz, "a.npz", label="kinds").dataset.info.class_names) == 3
    with pytest.raises(FileFormatError, match="there is no array 'z'"):
        check(tmp_path, npz, "a.npz", label="z")


def test_a_workbook_is_told_to_be_saved_as_csv(tmp_path: Path) -> None:
    from own_files import packed

    for name, content in (
        ("t.xlsx", packed({"xl/workbook.xml": b"<x/>"})),
        ("t.xls", b"\xd0\xcf\x11\xe0" + bytes(600)),
    ):
        with pytest.raises(FileFormatError) as caught:
            check(tmp_path, content, name)
        assert "as CSV" in caught.value.hint


def test_a_check_keeps_nothing_and_an_import_keeps_its_report(tmp_path: Path) -> None:
    path = written(tmp_path, "t.csv", joined(lines()).encode())
    reading = check_data(path)
    assert not (tmp_path / "home" / "own-data").exists()
    info = import_data(path)
    assert info == reading.dataset.info
    assert own_report(info.name) == reading.report
    assert np.array_equal(load(info.name).train.inputs, reading.dataset.train.inputs)


def test_columns_are_scaled_by_training_rows_alone(tmp_path: Path) -> None:
    rows = [["x", "h", "label"], *([str(float(at)), str(h), "ab"[at % 2]] for at, h in enumerate((HEIGHTS * 9)[:100]))]
    plain = check(tmp_path, joined([",".join(row) for row in rows])).dataset
    largest = int(np.rint(plain.test.inputs[:, 0].max() * 99))
    rows[1 + largest][0] = "10000"
    reading = check(tmp_path, joined([",".join(row) for row in rows]))
    train = reading.dataset.train.inputs
    assert (train.min(), train.max()) == (0.0, 1.0)
    assert np.array_equal(train, plain.train.inputs)
    assert reading.dataset.test.inputs.max() == 1.0
    assert any("1 of 20 test samples lies far beyond" in note for note in reading.report.notes)
    assert reading.report.table is not None
    assert reading.report.table.highs[0] == 99.0


def test_titles_above_the_header_are_left_out_and_told(tmp_path: Path) -> None:
    titled = joined(["Plants 2026,,", "", "by hand,,", *lines()])
    reading = check(tmp_path, titled)
    assert reading.report.label == "The label is the column label (by its name)."
    assert [(left.kind, left.examples) for left in reading.report.left_out] == [("rows", ("row 1", "row 3"))]
    assert "12 rows of 3 columns" in " ".join(reading.report.read)
    assert "row 4 is the header" in " ".join(reading.report.read)


def test_a_row_of_units_or_totals_says_that_it_can_be_left_out(tmp_path: Path) -> None:
    told = faults_of(tmp_path, joined([*lines()[:1], "N,s,", *lines()[1:], "Total,3.5,"]))
    assert "leave the row out, as of units or totals" in told["row 2, column w"]
    assert "leave the row out, as of units or totals" in told["row 15, column w"]


@pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "#NAME?", "#WERT!", "#NV"])
def test_failed_formulas_at_the_beginning_of_a_row_are_no_comments(tmp_path: Path, error: str) -> None:
    told = faults_of(tmp_path, joined([*lines()[:3], f"{error},1.5,a", *lines()[3:]]))
    assert told["row 4, column w"].startswith(f"is missing ({error}).")


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["1,436.04", "2,500.50", "12,045.25"], "with separators of thousands, as '1,436.04'. Write them without"),
        (["3\u202f607.5", "1\u202f200.5", "9\u202f100.5"], "with separators of thousands, as '3 607.5'"),
        (["0,975", "0,25", "3,5"], "with , as the decimal sign, as '0,975'; that of the table is .. Write all alike"),
        (["0.975 mm", "0.25 mm", "3.5 mm"], "with a unit, as '0.975 mm'. Write the numbers alone"),
        (["$12.50", "$3.20", "$4.10"], "with a unit, as '$12.50'. Write the numbers alone"),
        (["TRUE", "FALSE", "TRUE"], "holds words, as 'TRUE', and is not the label"),
        (["s\tub 0", "cat", "dog"], "holds words, as 's ub 0', and is not the label"),
    ],
)
def test_a_column_that_holds_no_plain_numbers_says_why(tmp_path: Path, cells: list[str], why: str) -> None:
    rows = [
        f'"{cells[at % 3]}",{height},{kind}' for at, (height, kind) in enumerate(zip(HEIGHTS, CLASSES, strict=True))
    ]
    assert why in faults_of(tmp_path, joined([",".join(HEAD), *rows]))["column w"]


def test_units_behind_numbers_do_not_make_the_space_a_delimiter(tmp_path: Path) -> None:
    rows = [f"{width} mm,{at % 5},{CLASSES[at]}" for at, width in enumerate(WIDTHS)]
    assert list(faults_of(tmp_path, joined(["w,h,label", *rows]))) == ["column w"]


def test_a_label_that_is_none_is_one_fault_with_its_column(tmp_path: Path) -> None:
    prices = [f"{at % 3},{height},{at * 7.31 + 100:.2f}" for at, height in enumerate(HEIGHTS)]
    told = faults_of(tmp_path, joined(["x,y1,price", *prices]))
    assert list(told) == ["column price"]
    assert "the last one, since none has a usual name" in told["column price"]
    assert "12 of its 12 values" in told["column price"]


def test_a_label_spread_over_columns_is_told(tmp_path: Path) -> None:
    rows = [f"{height}," + ",".join(str(int(at % 3 == kind)) for kind in range(3)) for at, height in enumerate(HEIGHTS)]
    told = check(tmp_path, joined(["h,cat,dog,bird", *rows])).report.notes
    assert any("cat, dog, bird hold one 1 in each row" in note for note in told)
    plain = [f"{height},{at % 2},{at % 3 % 2},{at % 2}" for at, height in enumerate(HEIGHTS)]
    assert not any("one 1 in each row" in note for note in check(tmp_path, joined(["h,a,b,c", *plain])).report.notes)
