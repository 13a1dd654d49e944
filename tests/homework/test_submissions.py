"""Whose a hand-in is."""

import pytest
from small_homework import hand_in

from minidl.homework import __main__ as command
from minidl.homework import submissions

pytestmark = pytest.mark.usefixtures("small")


def test_check_takes_no_links(tmp_path, capsys):
    hand_in(tmp_path, "mine.py")
    (tmp_path / "hw90_small.py").symlink_to("mine.py")
    assert command.main(["check", "hw90"]) == 2
    assert "hand in the file itself" in capsys.readouterr().err


NAMES = {
    "a12_hw01_arrays (1)": "a12",
    "a13_HW01_arrays": "a13",
    "hw01_a14": "a14",
    "lovelaceada_17_2931_hw01_arrays-1": "lovelaceada_17",
    "adahw01_arrays": "ada",
    "hw1 Ada Lovelace": "Ada Lovelace",
    "student-12_HW-01 arrays - Copy": "student-12",
    "hw01_arrays_student-12": "student-12",
    "hw01_arrays": "hw01_arrays",
    "hw011_ada": None,
    "thehw01_ada": None,
}


@pytest.mark.parametrize(("stem", "student"), NAMES.items())
def test_whose_it_is(stem, student, tmp_path):
    hand_in(tmp_path / "room", f"{stem}.py")
    found, others = submissions.collect(tmp_path / "room", ["hw01_arrays", "hw02_backprop"], set())
    assert [(h.student, h.assignment) for h in found] == (
        [] if student is None else [(student, "hw01_arrays")]
    )
    assert len(found) + len(others) == 1


def test_what_is_read_with_a_file(tmp_path):
    assert submissions.LARGEST == 2**20 and submissions.COMPANIONS == 50
    for i in range(52):
        (tmp_path / f"a{i:02d}.py").write_bytes(b"1")
    (tmp_path / "a00.py").write_bytes(b"x" * (2**20 + 1))
    (tmp_path / "my file.py").write_bytes(b"y" * 2**20)
    found = submissions.read(tmp_path / "a01.py")
    assert found.name == "a01.py" and list(found.companions) == [
        f"a{i:02d}.py" for i in range(2, 52)
    ]
    found = submissions.read(tmp_path / "my file.py")
    assert found.name == "submission.py" and list(found.companions)[:2] == ["a01.py", "a02.py"]
    assert (
        len(found.companions) == 50 and submissions.read(tmp_path / "a02.py", True).companions == {}
    )
    with pytest.raises(ValueError, match=r"a00\.py is longer than 1 MB"):
        submissions.read(tmp_path / "a00.py")
    for name in ("few/a.py", "few/b.py", "few/my file.py"):
        hand_in(tmp_path, name)
    assert list(submissions.read(tmp_path / "few" / "a.py").companions) == ["b.py"]
    submissions.Submission("a.py", b"1", {"mydl/b/c.py": b"2"}).copy_to(tmp_path / "copy")
    assert (tmp_path / "copy" / "mydl" / "b" / "c.py").read_bytes() == b"2"
    assert (tmp_path / "copy" / "a.py").read_bytes() == b"1"


def test_which_files_of_a_room_are_looked_at(tmp_path):
    room, names = tmp_path / "room", ["hw01_arrays", "hw02_backprop", "extra"]
    for name in ("ada/deep/hw01.py", "ben_HW2.PY", "c extra.py", "hw01_hw02.py", "hw01.txt"):
        hand_in(room, name)
    hand_in(room, "dora_hw02_backprop_hw01.py")
    for name in (".git/hw01_x.py", "__pycache__/hw01_y.py", ".hw01.py", "feedback/hw01.py", "t.py"):
        hand_in(room, name)
    (room / "link").symlink_to(tmp_path)
    found, others = submissions.collect(room, names, {room / "feedback", room / "t.py"})
    assert [(h.student, h.assignment) for h in found] == [
        ("ada", "hw01_arrays"),
        ("ben", "hw02_backprop"),
        ("c", "extra"),
        ("dora", "hw02_backprop"),
    ]
    assert [p.name for p in others] == ["hw01.txt", "hw01_hw02.py", "link"]
