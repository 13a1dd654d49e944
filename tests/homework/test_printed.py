"""What a student prints stands in the report, marked as hers, and there is an end to it."""

from pathlib import Path

import pytest
from small_homework import hand_in

from minidl.homework import __main__ as command

PRINTS = """
import os
print("loaded \\x1b[31m")

def double(x):
    print("shape", x.shape)
    {more}
    return 2 * x
"""


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("os.write(1, b'\\xff' + 'é'.encode())", ["\ufffdéshape (3,)", "\ufffdé"]),
        ("os._exit(0)", []),  # what was printed before an end without an answer is kept
        ("print('a' * 120)", ["a" * 96 + " ...", "shape (3,)", "a" * 96 + " ..."]),
        ("[print(i) for i in range(10**5)]", [*map(str, range(8)), "..."]),
    ],
)
def test_the_report_shows_it(more, said, capsys):
    hand_in(Path(), "hw90_small.py", PRINTS.format(more=more))
    command.main(["check", "hw90"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == " " * 15 + "your code printed:"
    shown = [line.removeprefix(" " * 15 + "| ") for line in lines[3:-1]]
    assert shown == ["loaded  [31m", "shape (3,)", *said]
