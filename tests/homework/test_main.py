"""python -m minidl.homework: its commands."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
import strip
from places import ROOT

import minidl
from minidl.homework import __main__ as command
from minidl.homework import assignments

pytestmark = pytest.mark.usefixtures("own_folder")

SOURCES = ROOT / "tests" / "homework"

# --- the commands


def test_list_names_every_assignment(capsys):
    assert command.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [p.stem for p in strip.sources()]
    assert [line.split()[0] for line in lines] == [*names, "build"] and len(names) >= 6
    for assignment in assignments.find().values():
        assert 3 <= len(assignment.tasks) <= 6 and assignment.points >= 10


def test_start_never_overwrites(capsys):
    assert command.main(["start", "hw02"]) == 0
    stub = Path("hw02_backprop.py").read_text(encoding="utf-8")
    assert "NotImplementedError" in stub and "SOLUTION" not in stub
    said = "fill it in, and run  python -m minidl.homework check hw02\n"
    assert capsys.readouterr().out.endswith(said)
    Path("hw02_backprop.py").write_text("my work", encoding="utf-8")
    assert command.main(["start", "hw02"]) == 2
    assert "already here, and stays as it is" in capsys.readouterr().err
    assert Path("hw02_backprop.py").read_text(encoding="utf-8") == "my work"


def test_list_and_start_in_korean(capsys, small):
    assert command.main(["list", "--language", "ko"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "배열: 반복문 없이" in lines[0] and "A small assignment." in lines[-2]
    assert lines[-1].startswith("build ") and lines[-1].endswith("나만의 프레임워크")
    assert command.main(["start", "hw01", "--language", "ko"]) == 0
    assert '"""표의 열마다 평균을 0' in Path("hw01_arrays.py").read_text(encoding="utf-8")
    assert command.main(["start", "hw90", "--language", "ko"]) == 2
    assert "hw90_small is not there in 'ko'" in capsys.readouterr().err
    assert not Path("hw90_small.py").exists()


def test_check_of_a_solution_from_the_command_line():
    for seed, code, words in (("7", 0, "Well done."), ("8", 0, "Well done.")):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "minidl.homework",
                "check",
                "hw01",
                "--file",
                str(SOURCES / "hw01_arrays.py"),
                "--seed",
                seed,
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
        )
        assert done.returncode == code and words in done.stdout, done.stdout + done.stderr


def test_json_is_what_gradescope_reads(capsys, small):
    Path("hw90_small.py").write_text(
        "def double(x):\n    print('hello')\n    return x\n", encoding="utf-8"
    )
    assert command.main(["check", "hw90", "--json", "--seed", "5"]) == 1
    out = capsys.readouterr().out
    result = json.loads(out)
    assert out.startswith('{\n  "score": 0') and "hello" not in out
    assert result["score"] == 0 and "seed 5" in result["output"]
    (test,) = result["tests"]
    assert (test["name"], test["score"], test["max_score"], test["visibility"]) == (
        "double",
        0,
        2,
        "visible",
    )
    assert "You forgot the 2." in test["output"]


def test_the_same_seed_asks_the_same_questions(small):
    first, again, other = (
        assignments.get("hw90").tasks[0].cases(np.random.default_rng(seed))[0][0]
        for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "hw99"], "Unknown assignment 'hw99'"),
        (["check", "hw01"], "There is no hw01_arrays.py here"),
        (["grade", "nowhere"], "no folder of submissions"),
        (["start", "hw01_array"], "Did you mean 'hw01_arrays'"),
        (["check", "hw1"], "Unknown assignment 'hw1'. Did you mean 'hw01'?"),
        (["start", "10"], "Did you mean 'hw10'?"),
    ],
)
def test_mistakes_in_commands(arguments, words, capsys):
    assert command.main(arguments) == 2
    assert words in capsys.readouterr().err


def test_check_of_a_folder_and_of_points_that_are_missing(small, capsys):
    folder = Path("mine")
    folder.mkdir()
    for name, code, points in (
        ("me_hw90 (2).py", "print('hello')\ndef double(x):\n    return 2 * x\n", 0),
        ("a_hw90.py", "def double(x):\n    return x\n", 1),
    ):
        (folder / name).write_text(code, encoding="utf-8")
        assert command.main(["check", "hw90", "--file", "mine", "--seed", "3"]) == points
        assert ("| hello" in capsys.readouterr().out) == (not points)
    Path("empty").mkdir()
    assert command.main(["check", "hw90", "--file", "empty"]) == 2
    assert f"There is no {Path('empty', 'hw90_small.py')} here" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        command.main([])
    (folder / "a_hw90.py").unlink()
    Path("out").mkdir()
    assert command.main(["grade", "mine", "--csv", "out/t.csv", "--seed", "3"]) == 0
    assert "seed 3" in capsys.readouterr().out and Path("out/feedback/me.txt").is_file()
    assert command.main(["grade", "mine", "--csv", "u.csv", "--feedback", "said/so"]) == 0
    assert Path("u.csv").is_file() and Path("said/so/me.json").is_file()
    assert command.main(["grade", "empty"]) == 2
    assert "No submissions in empty: files are called like hw01" in capsys.readouterr().err


def test_grade_marks_a_class(small, tmp_path, capsys):
    room = tmp_path / "class"
    (room / "ada").mkdir(parents=True)
    (room / "ada" / "hw90_small.py").write_text(
        "def double(x):\n    return x * 2\n", encoding="utf-8"
    )
    (room / "ben_hw90_small.py").write_text("import sys\nsys.exit()\n", encoding="utf-8")
    (room / "chris_hw90_small.py").write_text("def double(x:\n", encoding="utf-8")
    (room / "notes.py").write_text("1 / 0\n", encoding="utf-8")
    (room / "dora" / "drafts").mkdir(parents=True)
    (room / "emma" / "final").mkdir(parents=True)
    (room / "emma" / "final" / "hw90_small.py").write_text(
        "def double(x):\n    return x + x\n", encoding="utf-8"
    )
    assert command.main(["grade", str(room), "--seed", "1"]) == 0
    rows = list(csv.DictReader(io.StringIO(Path("grades.csv").read_text(encoding="utf-8-sig"))))
    assert [(r["student"], r["assignment"], r["points"], r["of"]) for r in rows] == [
        ("ada", "hw90_small", "2.0", "2"),
        ("ben", "hw90_small", "0.0", "2"),
        ("chris", "hw90_small", "0.0", "2"),
        ("dora", "hw90_small", "0.0", "2"),
        ("emma", "hw90_small", "2.0", "2"),
    ]
    assert (
        rows[3]["not passed"] == "no file" and "4 submissions, 1 missing" in capsys.readouterr().out
    )
    assert rows[1]["not passed"] == "double: crashed" and Path("answer.py").exists() is False


def test_export_makes_an_autograder(small, capsys):
    assert command.main(["export", "hw90"]) == 0
    with zipfile.ZipFile("hw90_small.zip") as archive:
        assert {
            "setup.sh",
            "run_autograder",
            "requirements.txt",
            f"minidl-{minidl.__version__}-py3-none-any.whl",
            "hidden/hw90_small/tasks.py",
            "hidden/hw90_small/stub.py",
        } == set(archive.namelist())
        script = archive.read("run_autograder").decode()
        assert (
            "check hw90_small" in script
            and "/autograder/results/results.json" in script
            and "MINIDL_HIDDEN_TESTS" in script
        )
        assert archive.getinfo("run_autograder").external_attr >> 16 & 0o100, "it can be run"
