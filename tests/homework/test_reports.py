"""The report of a student, the table of a class, and what Gradescope reads."""

from dataclasses import replace

from minidl.homework import reports
from minidl.homework.judging import Verdict

SOME = [
    Verdict("relu", "passed", 2, 2),
    Verdict("softmax", "wrong", 0.5, 3, "the number is 1, expected 2."),
    Verdict("dense", "wrong", 0, 1, "the number is 1, expected 2."),
    Verdict("adam", "not started", 0, 12, "write adam"),
]


def test_a_report_has_a_line_a_task():
    assert reports.text("hw02", SOME, 7).splitlines() == [
        "hw02, seed 7",
        "      2 / 2    relu                         passed",
        "    0.5 / 3    softmax                      wrong: the number is 1, expected 2.",
        "      0 / 1    dense                        wrong: as above",
        "      0 / 12   adam                         not started",
        "    2.5 / 18   in all; the same questions again: --seed 7",
    ]
    assert reports.text("hw02", SOME[:1], 7).endswith("      2 / 2    in all. Well done.")
    assert reports.earned(SOME) == 2.5
    heard = [replace(SOME[0], printed=said) for said in ("hi", "hi", "ho")]
    lines = reports.text("hw02", heard, 7).splitlines()[2:-1]
    shown = [
        f"{' ' * 15}{line}" for line in ("your code printed:", "| hi", "your code printed:", "| ho")
    ]
    line = reports.text("hw02", SOME[:1], 7).splitlines()[1]
    assert lines == [*shown[:2], line, line, *shown[2:]]


def test_gradescope_gets_each_task_with_its_number():
    found = reports.gradescope("hw02", SOME[:2], 7)
    assert (found["score"], found["output"]) == (2.5, "hw02, seed 7")
    assert found["tests"][0] == {
        "number": "1",
        "name": "relu",
        "score": 2,
        "max_score": 2,
        "visibility": "visible",
        "output": "passed",
    }
    assert found["tests"][1]["number"] == "2"
    assert found["tests"][1]["output"] == "wrong: the number is 1, expected 2."


def test_what_has_not_passed():
    assert reports.not_passed(SOME[:1]) == ""
    assert reports.not_passed(SOME[:3]) == "softmax: wrong; dense: wrong"
    lost = Verdict("relu", "not marked", 0, 2, "no file")
    assert reports.not_passed([lost, lost]) == reports.not_passed([lost]) == "no file"
    assert reports.not_passed([lost, SOME[1]]) == "relu: not marked; softmax: wrong"


def test_a_table_is_sorted_and_holds_no_formulas():
    rows = [
        reports.row(student, "hw01", 1.5, 3, "", "a.py")
        for student in ("zoe", "=1+1", "@a", "-b", "+c")
    ]
    text = reports.table([*rows, reports.row("ada", "hw02", 0.0, 3, "x", "=b.py")]).decode("utf-8")
    assert len(reports.table(rows[:1]).splitlines()) == 2
    lines = text.splitlines()
    assert lines[0] == "\ufeffstudent,assignment,points,of,not passed,file"
    assert [line.split(",")[0] for line in lines[1:]] == [
        "'+c",
        "'-b",
        "'=1+1",
        "'@a",
        "ada",
        "zoe",
    ]
    assert lines[5] == "ada,hw02,0.0,3,x,'=b.py"
