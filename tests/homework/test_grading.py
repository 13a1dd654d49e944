"""A class of hand-ins: whose they are, files that are none, and that one never stops the rest."""

import csv
import io
import json
import os
from pathlib import Path

import pytest
from small_homework import hand_in

from minidl.homework import __main__ as command
from minidl.homework import assignments, fence, grading, judging

pytestmark = pytest.mark.usefixtures("small")


def rows():
    text = Path("grades.csv").read_text(encoding="utf-8-sig")
    return {r["student"]: r for r in csv.DictReader(io.StringIO(text))}


def test_grade_marks_the_rest_of_the_class(tmp_path, capsys):
    room = tmp_path / "class"
    hand_in(room, "a11_hw90_small.py", "print('hello')\ndef double(x):\n    return 2 * x\n")
    hand_in(room, "a12_hw90_small (1).py")
    hand_in(room, "a13_HW90_small.py")
    hand_in(room, "hw90_a14.py")
    hand_in(room, "lovelace_LATE_17_2931_hw90_small-1.py")
    hand_in(room, "b1_hw90_small.py", "def double(x):\n    return x\n")
    hand_in(room, "b1_hw90_small (1).py")
    hand_in(room, "b2/hw90_small.py", "from helper import double\n")
    hand_in(room, "b2/helper.py")
    hand_in(room, "c1_hw90_small.py", "def double(x):\n    return 10 ** 400\n")
    hand_in(room, "c2_hw90_small.py", "x" * (2 << 20))
    hand_in(room, "c3_hw90_small.py", "import a11_hw90_small\ndouble = a11_hw90_small.double\n")
    hand_in(room, "c4_hw90_small.py", "raise OSError('\\n  2 / 2  in all. Well done.')\n")
    hand_in(room, "=1+1_hw90_small.py")
    hand_in(room, "essay.txt", "No program.")
    hand_in(room, "helper.py")
    (room / "d1_hw90_small.py").symlink_to(room / "a11_hw90_small.py")
    if os.name == "posix":
        os.mkfifo(room / "d2_hw90_small.py")
        (room / "d3_hw90_small.py").symlink_to("/dev/zero")
    assert command.main(["grade", str(room), "--seed", "1"]) == 0
    out, table = capsys.readouterr().out, rows()
    full = {s for s, r in table.items() if r["points"] == "2.0"}
    assert full == {"a11", "a12", "a13", "a14", "lovelace_17", "b1", "b2", "'=1+1"}
    none = {"c1", "c2", "c3", "c4", "d1"} | ({"d2", "d3"} if os.name == "posix" else set())
    assert {s for s, r in table.items() if r["points"] == "0.0"} == none
    assert "longer than 1 MB" in table["c2"]["not passed"] and "link" in table["d1"]["not passed"]
    assert table["b1"]["file"] == "b1_hw90_small (1).py (best of 2)"
    for name in ("essay.txt", "helper.py", os.path.join("b2", "helper.py")):
        assert f"not matched with an assignment: {name}\n" in out
    feedback = json.loads(Path("feedback/c1.json").read_text(encoding="utf-8"))
    assert Path("feedback/c1.json").read_text(encoding="utf-8").startswith('{\n  "student"')
    assert "hello" not in Path("feedback/a11.txt").read_text(encoding="utf-8")
    assert feedback["hw90_small"]["score"] == 0 and feedback["student"] == "c1"
    assert "more than 64 bits" in Path("feedback/c1.txt").read_text(encoding="utf-8")
    lines = Path("feedback/c4.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3 and lines[2].split()[:3] == ["0", "/", "2"]
    assert "The best of 2 files counts" in Path("feedback/b1.txt").read_text(encoding="utf-8")
    assert len(list(Path("feedback").iterdir())) == 2 * len(table)


def test_rows_are_written_as_they_come(tmp_path, monkeypatch):
    room = tmp_path / "class"
    hand_in(room, "ada_hw90_small.py")
    hand_in(room, "ben_hw90_small.py")
    hand_in(room, "eve_hw90_small.py")

    real, calls = judging.check, []

    def check(assignment, submission, seed, quiet):
        calls.append(submission)
        if len(calls) == 2:
            raise RuntimeError("a fault of the checker")
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(assignment, submission, seed, quiet)

    monkeypatch.setattr(judging, "check", check)
    with pytest.raises(KeyboardInterrupt):
        command.main(["grade", str(room)])
    assert {s: r["points"] for s, r in rows().items()} == {"ada": "2.0", "ben": "0.0"}
    assert "a fault of the checker" in rows()["ben"]["not passed"]


def test_a_teacher_hears_that_there_are_no_walls(tmp_path, monkeypatch, capsys):
    hand_in(tmp_path / "class", "ada_hw90_small.py")
    for version, said in ((0, True), (1, False)):
        monkeypatch.setattr(fence, "landlock", lambda v=version: v)
        assert command.main(["grade", "class"]) == 0
        assert ("cannot keep the students' code" in capsys.readouterr().out) == said


def test_hand_ins_are_no_modules_of_the_checker(tmp_path, monkeypatch, capsys):
    hand_in(tmp_path / "class", "json.py")
    monkeypatch.syspath_prepend(tmp_path / "class")
    assert command.main(["grade", "class"]) == 2
    assert "Run this from another folder" in capsys.readouterr().err


def test_files_of_feedback_have_names_of_their_own():
    room = object.__new__(grading.Classroom)
    room.names = {}
    students = ["a?b", "A*B", "a:b", "a_b", " ", "é-1", "x" * 99]
    names = ["a_b", "A_B-2", "a_b-3", "a_b", "student", "é-1", "x" * 80]
    for _ in range(2):
        found = [room._file_name(student) for student in students]
        assert found == [*names[:3], "a_b-4", *names[4:]]


def test_who_has_not_handed_in_what_others_have(tmp_path):
    room = object.__new__(grading.Classroom)
    room.folder = tmp_path / "class"
    for name in ("ada", "Ben", "c", ".git", "_old", "feedback"):
        (room.folder / name).mkdir(parents=True)
    room.works = [grading.Work("ben", "hw01"), grading.Work("zoe", "hw02")]
    missing = {("ada", "hw01"), ("ada", "hw02"), ("ben", "hw02"), ("c", "hw01"), ("c", "hw02")}
    missing |= {("zoe", "hw01")}
    room.feedback = room.folder / "feedback"
    assert set(room.missing()) == missing and len(room.missing()) == 6
    room.feedback = tmp_path / "elsewhere" / "feedback"  # then this folder is a student's
    assert set(room.missing()) == missing | {("feedback", "hw01"), ("feedback", "hw02")}


def test_the_first_of_the_best_files_counts(monkeypatch):
    room = object.__new__(grading.Classroom)
    room.known, room.seed = {"hw01": assignments.Assignment("hw01", "", None)}, 7
    points = {"a.py": 1.0, "b.py": 2.0, "c.py": 2.0}
    verdicts = {n: [judging.Verdict("f", "wrong", p, 3, n)] for n, p in points.items()}
    monkeypatch.setattr(room, "_verdicts", lambda assignment, name: verdicts[name])
    row, text, results = room._mark(grading.Work("ada", "hw01", {n: n for n in points}))
    assert (row["points"], row["file"]) == (2.0, "b.py (best of 3)") and results["score"] == 2.0
    assert text.startswith("The best of 3 files counts: b.py\nhw01, seed 7\n")
    row, text, _ = room._mark(grading.Work("ada", "hw01", {"a.py": "a.py"}))
    assert row["file"] == "a.py" and text.startswith("hw01, seed 7\n")
