"""What the tasks of the learner's framework ask, the right answers, and the known wrong ones, as
they were when their tests and hints were read together: tests/goldens/framework_tasks.txt, with the
number of values and the checksum of the texts, and of the numbers the smallest, the largest and two
sums. After a change that is meant run `python tests/homework/framework/test_framework_as_asked.py`,
which writes the file anew.
"""

import zlib
from pathlib import Path

import numpy as np
import pytest
from drawing_cases import numbers_and_words

from minidl.homework.framework.path import STEPS

GOLDEN = Path(__file__).resolve().parents[2] / "goldens" / "framework_tasks.txt"


def flat(value) -> list:
    """All numbers and texts in nested values."""
    if isinstance(value, dict):
        value = [part for pair in value.items() for part in pair]
    if isinstance(value, (list, tuple)):
        return [n for part in value for n in flat(part)]
    if value is None or isinstance(value, str):
        return [str(value)]
    return np.asarray(value, float).ravel().tolist()


def told(value) -> str:
    found = flat(value)
    texts = "".join(one for one in found if isinstance(one, str))
    array = np.array([one for one in found if not isinstance(one, str)] or [0.0])
    array = np.clip(np.nan_to_num(array, nan=-77), -1e6, 1e6)
    weighed = array @ np.linspace(1, 2, array.size)
    four = [f"{round(n, 6) + 0.0:.6g}" for n in (array.min(), array.max(), array.sum(), weighed)]
    return f"{len(found)} t{zlib.crc32(texts.encode()):x}: {' '.join(four)}"


def lines_of(task) -> list[str]:
    cases = task.cases(np.random.default_rng(5))
    answers = {"reference": task.reference} | {
        f"mistake {i}": wrong for i, (wrong, _) in enumerate(task.mistakes)
    }
    lines = [
        f"{task.name}: {task.points} of {task.limit} s within {task.rtol} and {task.atol}",
        f"  cases: {len(cases)} with {told(cases)}",
    ]
    with np.errstate(all="ignore"):
        for name, answer in answers.items():
            if answer is not None:
                lines.append(f"  {name}: {told([answer(*case) for case in cases])}")
    return lines


def asked(step) -> str:
    head = f"# {step.file} {step.module}, {step.chapters} {' '.join(step.programs)}".strip()
    return "\n".join([head, *[line for task in step.tasks for line in lines_of(task)]])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.module)
def test_the_tasks_as_they_were_read(step):
    wanted = {part.split()[2]: part for part in GOLDEN.read_text("utf-8").split("\n\n")}
    found, words = numbers_and_words(asked(step))
    before, words_before = numbers_and_words(wanted[f"{step.module},"].strip())
    assert words == words_before
    np.testing.assert_allclose(found, before, rtol=2e-5, atol=2e-6)


if __name__ == "__main__":
    GOLDEN.write_text("\n\n".join(asked(step) for step in STEPS) + "\n", "utf-8")
