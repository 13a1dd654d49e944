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
