"""What a student prints stands in the report, marked as hers, and there is an end to it."""

import os
from pathlib import Path

import pytest
from small_homework import hand_in

from minidl.homework import __main__ as command
from minidl.homework import printed

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


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        (" \n\t\n", []),
        ("a" * 100, ["a" * 100]),
        ("a" * 101, ["a" * 96 + " ..."]),
        ("a\n" * 10, ["a"] * 10),
        ("a\n" * 11, ["a"] * 10 + ["..."]),
        ("b" * 3999, ["b" * 96 + " ..."]),
        ("é" * 2000, ["é" * 96 + " ...", "..."]),  # in 4000 bytes
    ],
)
def test_what_is_shown_of_it(text, lines):
    said = [f"> | {line}" for line in lines]
    assert printed.shown(text, "> ") == (["> your code printed:", *said] if lines else [])


def test_a_pipe_is_read_to_its_end():
    out, into = os.pipe()
    reader = printed.Printed(os.fdopen(out, "rb"))
    for part in (b"a" * 3000, b"b" * 3000, b"c"):
        os.write(into, part)
    os.close(into)
    assert reader.text() == "a" * 3000 + "b" * 1000
