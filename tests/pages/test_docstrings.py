"""Docstrings become reStructuredText in which only what was meant as markup is markup."""

import docstrings
import pytest


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Return x*y and |z|_2.", r"\ Return x\*y and \|z\|\_2."),
        ("See `Layer.call`, or <b>.", r"\ See \ ``Layer.call``\ , or \<b\>."),
        # filled lines are one paragraph, a line that ends early is a line
        (f"{'word ' * 16}\nmore words", rf"\ {('word ' * 16).strip()} more words"),
        ("v ← μ·v\nw ← w − v", "| \\ v ← μ·v\n| \\ w ← w − v"),
        ("z = x·y      ∂L/∂x = g·y", ".. code-block:: text\n\n   z = x·y\n   ∂L/∂x = g·y"),
        ("load(x)    read it", ".. code-block:: text\n\n   load(x)    read it"),
        ("* one\n  and more\n* two", "* \\ one and more\n* \\ two"),
        ("Steps:\n1. one\n2. two", "\\ Steps:\n\n#. \\ one\n#. \\ two"),
        ("- x is negative, no list", "* \\ x is negative, no list"),
        (
            "An example:\n\n    a = 1\n\n    b = 2\n\nEnd.",
            "\\ An example:\n\n.. code-block:: python\n\n   a = 1\n\n   b = 2\n\n\\ End.",
        ),
        # a formula of several lines, below words that lead to it
        (
            "Go back:\n    dx = g·W ← h\n    dW = x·g\nEnd.",
            "\\ Go back:\n\n.. code-block:: text\n\n   dx = g·W ← h\n   dW = x·g\n\n\\ End.",
        ),
        (">>> f(1)\n2", ".. code-block:: pycon\n\n   >>> f(1)\n   2"),
    ],
)
def test_each_kind_of_text(docstring, expected):
    assert docstrings.rst(docstring) == expected + "\n"


def test_what_explains_a_parameter_begins_a_line():
    text = "Draw it. x, y: points. path: of the file: a string. Other: no parameter."
    assert docstrings.rst(text, ["x", "y", "path"]).splitlines() == [
        r"| \ Draw it.",
        r"| \ x, y: points.",
        r"| \ path: of the file: a string. Other: no parameter.",
    ]


def test_a_title_is_underlined_far_enough_for_hangul():
    assert docstrings.title("API") == "API\n======\n"
