"""A real notebook: functions in cells, checked in a cell. It needs nbclient and ipykernel, which
are in the extra `site`.
"""

import nbformat
import pytest
from nbclient import NotebookClient
from places import ROOT

SOLVED = (ROOT / "tests" / "homework" / "hw03_autograd.py").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def kernels_find_minidl(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("MINIDL_HIDDEN_TESTS", raising=False)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_functions_and_classes_of_cells_are_checked(tmp_path):
    functions = (ROOT / "tests" / "homework" / "hw01_arrays.py").read_text(encoding="utf-8")
    before, one_hot = functions.split("def one_hot", 1)
    cells = [
        "%matplotlib inline\nimport minidl.homework\nimport math",
        before,
        f"def one_hot{one_hot}",
        'first = minidl.homework.check("hw01", seed=1)\nfirst',
        SOLVED[SOLVED.index("class Value") :],
        'minidl.homework.check("hw03", seed=1)',
        "def softmax(x):\n    return x / x.sum()",
        'minidl.homework.check("hw01", seed=1)',
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    client = NotebookClient(book, timeout=300, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    printed, shown = {}, {}
    for number, cell in enumerate(book.cells):
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stdout":
                printed[number] = printed.get(number, "") + output.text
            if output.output_type == "execute_result":
                shown[number] = output.data["text/plain"]
    assert printed[3].startswith("hw01_arrays, seed 1\n") and "Well done." in printed[3]
    assert shown[3] == "<hw01_arrays: 10 of 10 points>"
    assert "Well done." in printed[5] and shown[5] == "<hw03_autograd: 13 of 13 points>"
    assert "softmax: wrong" in shown[7] and "7 / 10" in " ".join(printed[7].split())
