"""Submissions that want more than they have earned: forged answers, and attempts to leave the
process. The slow ones are in tests/slow; a class of hand-ins is in test_homework_class.py.
"""

import os
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from minidl.homework import assignments, examining, judging, orphans, submissions, values
from minidl.homework.differences import difference

ROOT = Path(__file__).resolve().parents[1]
HOMEWORK = ROOT / "minidl" / "homework"
LINUX = sys.platform == "linux"

SMALL = '''"""A small assignment."""
from minidl.homework.assignments import Task

def cases(rng):
    return [(rng.normal(size=3),)]

TASKS = [Task("double", 2, cases, lambda x: 2 * x, limit=20)]
'''


@pytest.fixture(autouse=True)
def a_small_assignment(tmp_path, monkeypatch):
    folder = tmp_path / "teacher" / "hw90_small"
    folder.mkdir(parents=True)
    (folder / "tasks.py").write_text(SMALL, encoding="utf-8")
    monkeypatch.setenv("MINIDL_HIDDEN_TESTS", str(folder.parent))
    monkeypatch.chdir(tmp_path)


def judged(name, task, code):
    """The verdict on one task."""
    assignment = assignments.get(name)
    (asked,) = [t for t in assignment.tasks if t.name == task]
    submission = submissions.Submission("answer.py", code.encode())
    student = examining.Student(asked, [t.name for t in assignment.tasks], submission, True)
    return judging.judge(asked, student, 0)


# --- out of the process: many attempts in one

PROBES = """
import ctypes, importlib, importlib.util, os, signal, sys
HOMEWORK, CHECKOUT = {homework!r}, {checkout!r}
TASKS = os.path.join(HOMEWORK, "hw01_arrays", "tasks.py")

def imports():
    import minidl.homework

def by_path():
    spec = importlib.util.spec_from_file_location("tasks", TASKS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

def by_import_path():
    sys.path.insert(0, CHECKOUT)
    sys.modules.pop("minidl", None)
    importlib.import_module("minidl.homework.hw01_arrays.tasks")

def by_folder():
    folder = os.open(CHECKOUT, os.O_RDONLY)
    os.open("minidl/homework/hw01_arrays/tasks.py", os.O_RDONLY, dir_fd=folder)

def by_link():
    os.symlink(TASKS, "mine.py")
    open("mine.py").read()

def by_child():
    os.fork()

def by_program():
    import subprocess
    subprocess.run(["cat", TASKS])

def other_questions():
    open(os.path.join(HOMEWORK, "hw02_backprop", "tasks.py"))

def cached():
    folder = os.path.join(HOMEWORK, "hw01_arrays", "__pycache__")
    for name in os.listdir(folder) or ["tasks.cpython-310.pyc"]:
        open(os.path.join(folder, name), "rb").read()
    raise FileNotFoundError("no cache")

def signals():
    os.kill(os.getppid(), signal.SIGTERM)

def group():
    os.killpg(os.getpgid(os.getppid()), signal.SIGTERM)

def writes():
    open(os.path.join(CHECKOUT, "evil.py"), "w")

def removes():
    os.remove(TASKS)

def renames():
    open("evil.py", "w").close()
    os.rename("evil.py", os.path.join(CHECKOUT, "evil.py"))

def permissions():
    os.chmod(HOMEWORK, 0)

def network():
    import socket
    socket.create_connection(("127.0.0.1", 9))

def memory():
    bytearray(1 << 36)

# with the C library, where Python's refusals do not reach

def system(name, *arguments):
    done = getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments)
    if done < 0:
        raise OSError(ctypes.get_errno(), name)

def c_open():
    system("open", TASKS.encode(), 0)

def c_memory_of_the_checker():
    system("open", b"/proc/%d/mem" % os.getppid(), 0)

def c_creates():
    system("creat", os.path.join(CHECKOUT, "evil.py").encode(), 0o644)

def c_removes():
    system("unlink", TASKS.encode())

def c_signal():
    system("kill", os.getppid(), 0)

def c_program():
    system("execl", b"/bin/true", b"true", None)

def c_traces():
    system("ptrace", 16, os.getppid(), None, None)

def double(names):
    found = {{}}
    for name in names:
        try:
            globals()[name]()
            found[name] = "done"
        except BaseException as error:
            found[name] = type(error).__name__
    return found
"""
IN_PYTHON = re.findall(r"^def ([a-z_]+)\(\):", PROBES.split("# with the C library")[0], re.M)
IN_C = re.findall(r"^def (c_\w+)", PROBES, re.M)


def probe(double, names):
    return double(names)


def test_nothing_leads_out_of_the_process():
    assert len(IN_PYTHON) >= 17 and len(IN_C) >= 7
    code = PROBES.format(homework=str(HOMEWORK), checkout=str(ROOT))
    submission = submissions.Submission("answer.py", code.encode())
    (task,) = assignments.get("hw90").tasks
    student = examining.Student(task, [], submission, True)
    with student.process(probe) as process:
        # without walls in the kernel the README promises Python's refusals alone
        names = IN_PYTHON + (IN_C if process.walled else [])
        found = process.ask({"call": (names,), "echo": False})["value"]
    assert {name: kind for name, kind in found.items() if kind == "done"} == {}
    assert set(found) == set(names) and found["memory"] == "MemoryError"
    assert not (ROOT / "evil.py").exists() and (HOMEWORK / "hw01_arrays" / "tasks.py").exists()


LEAVES = """
import ctypes, os, time
def double(x):
    system = ctypes.CDLL(None)
    child = system.fork()
    if child == 0:
        system.setsid()
        if system.fork() == 0:
            time.sleep(30)
        os._exit(0)
    return str(child)
"""


def test_nobody_outlives_the_check():
    """A process of its own session, whose parent has ended."""
    before = orphans.children() if LINUX else set()
    verdict = judged("hw90", "double", LEAVES)
    assert verdict.points == 0
    assert (orphans.children() if LINUX else set()) == before


def test_the_reaper_takes_what_a_child_leaves_behind(tmp_path):
    code = (
        "import os, time\n"
        "if os.fork() == 0:\n"
        f"    {'os.setsid()' if LINUX else 'pass'}\n"
        "    open('late.pid', 'w').write(str(os.getpid()))\n"
        "    time.sleep(1.5)\n"
        "    open('late', 'w')\n"
        "while not os.path.exists('late.pid') or not open('late.pid').read(): time.sleep(0.01)\n"
    )
    reaper = orphans.Orphans()
    process = subprocess.Popen([sys.executable, "-S", "-c", code], start_new_session=True)
    process.wait()
    reaper.end(process)
    pid = int(Path("late.pid").read_text())
    end = time.monotonic() + 5
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
    else:
        raise AssertionError("it lives")
    assert not Path("late").exists()


# --- forged answers

FROM_THE_PIPE = """
import os, stat, json
def forge(text):
    for number in range(3, 20):
        try:
            if stat.S_ISFIFO(os.fstat(number).st_mode):
                os.write(number, len(text).to_bytes(8, "big") + text)
        except OSError:
            pass
"""
FORGED = {
    "the reference, imported": "from minidl.homework.hw01_arrays import tasks\n"
    "double = tasks.TASKS[0].reference",
    "a verdict on the pipe": FROM_THE_PIPE
    + "forge(json.dumps([{'dict': [['ready', True], ['outcome', 'passed'], ['points', 2], "
    "['share', 1.0], ['value', {'dict': [['outcome', 'passed']]}]]}, []]).encode() + b'\\n')\n"
    "def double(x):\n    return x",
    "a verdict on the pipe, then the end": FROM_THE_PIPE + "for _ in range(2):\n"
    "    forge(json.dumps([{'dict': [['ready', True], ['value', True]]}, []]).encode() + b'\\n')\n"
    "os._exit(0)",
    "no message on the pipe": FROM_THE_PIPE + "forge(b'PK\\x03\\x04 a broken answer.npz')",
    "an empty crash text": FROM_THE_PIPE
    + "forge(json.dumps([{'dict': [['crashed', '']]}, []]).encode() + b'\\n')",
    "a message without end": FROM_THE_PIPE
    + "for n in range(3, 20):\n    try:\n        os.write(n, b'\\xff' * 8)\n"
    "    except OSError:\n        pass",
    "results on standard output": "import json, os\nprint(json.dumps({'score': 2, 'tests': []}), "
    "flush=True)\nos.write(1, b'passed 2 / 2')\nos._exit(0)",
    "NumPy patched": "import numpy as np\nnp.abs = np.isfinite = np.isnan = lambda *a, **k: 0\n"
    "np.ndarray.__eq__ = None\ndef double(x):\n    return x",
    "minidl patched": "import minidl, sys\nsys.modules['numpy'] = None\nfor m in list(sys.modules):\n"
    "    if m.startswith('minidl'):\n        del sys.modules[m]\ndef double(x):\n    return x",
    "equal to everything": "class Liar(float):\n    def __eq__(self, o): return True\n"
    "    def __le__(self, o): return True\n    __hash__ = None\n    shape = (3,)\n"
    "def double(x):\n    return [Liar(v) for v in x]",
    "an array of its own kind": "import numpy as np\nclass Liar(np.ndarray):\n"
    "    def __array_ufunc__(self, *a, **k): return True\n    def __sub__(self, o): return 0\n"
    "    def __eq__(self, o): return True\ndef double(x):\n    return x.view(Liar)",
    "a tensor of its own kind": "import minidl\nclass Liar(minidl.Tensor):\n"
    "    def __eq__(self, o): return True\n    __hash__ = None\n    def numpy(self): return self\n"
    "def double(x):\n    return Liar(x)",
    "the frames above": "import sys, gc\ndef double(x):\n    frame, seen = sys._getframe(), []\n"
    "    while frame:\n        seen += [*frame.f_locals.values(), *frame.f_globals.values()]\n"
    "        frame = frame.f_back\n    seen += gc.get_objects()\n    for thing in seen:\n"
    "        reference = getattr(thing, 'reference', None)\n        if callable(reference):\n"
    "            return reference(x)\n    return x",
    "a trace": "import sys\nkept = []\ndef trace(frame, event, arg):\n"
    "    kept.extend(v for v in [arg, *frame.f_locals.values()] if getattr(v, 'shape', 0) == (3,))\n"
    "    return trace\nsys.settrace(trace)\ndef double(x):\n    sys.settrace(None)\n"
    "    return next((v for v in kept if (v == x + x).all() and v is not x), x)",
    "an import hook": "import sys\nclass Hook:\n    def find_spec(self, name, path=None, target=None):\n"
    "        print(name)\nsys.meta_path.insert(0, Hook())\nsys.path_hooks.clear()\n"
    "sys.path_importer_cache.clear()\ndef double(x):\n    import minidl.homework.judging\n"
    "    return x",
    "the end at the end": "import atexit, os\natexit.register(os._exit, 0)\nraise SystemExit(0)",
}


@pytest.mark.parametrize("code", FORGED.values(), ids=FORGED)
def test_forged_answers_earn_nothing(code):
    verdict = judged("hw90", "double", code)
    assert verdict.points == 0 and verdict.outcome != "passed" and verdict.reason


ODD = {
    "10 ** 400": "more than 64 bits",
    "[x[0], 10 ** 400]": "more than 64 bits",
    "float('inf')": "expected shape",
    "x * float('inf')": "numbers differ",
    "x * float('nan')": "numbers differ",
    "'\\ud800'": "received str",
    "{'\\ud800': 1}": "received dict",
    "float('nan')": "expected shape",
    "x.astype(complex)": "an array of complex128",
    "x.astype(object)": "an array of object",
    "(x + 0.0).astype('g')": "numbers differ",
    "type('T', (), {'shape': (3,), 'dtype': x.dtype, 'numpy': lambda s: 1 / 0})()": "ZeroDivision",
}


def test_odd_answers_are_answers():
    """All in one submission, each to a question of its own; none stops the checker."""
    (task,) = assignments.get("hw90").tasks
    code = f"answers = iter({list(ODD)!r})\ndef double(x):\n    return eval(next(answers))\n"
    student = examining.Student(task, [], submissions.Submission("a.py", code.encode()), True)
    x = np.array([1.0, -2.0, 3.0])
    with student.process(None) as process:
        for odd, words in ODD.items():
            try:
                answer = process.ask({"call": (x,), "echo": True})
                mark = judging.marked(task, (x,), answer)
                assert mark.share == 0 and words in mark.reason, (odd, mark)
                mark.reason.encode("utf-8")
            except judging.NoAnswerError as error:
                assert words in error.reason and not error.ended, (odd, error)


def test_a_damaged_message_is_a_value_error():
    whole = values.pack({"value": [np.arange(6.0).reshape(2, 3), "text", (1, None)]})
    rng = random.Random(0)
    read = 0
    for _ in range(3000):
        damaged = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            values.unpack(bytes(damaged[: rng.randint(1, len(damaged) + 40)]))
            read += 1
        except ValueError:
            pass
    assert 0 < read < 3000
    deep, wide = b"[" * 100_000, b"[[" + b"0," * (values.LARGEST_TEXT // 2) + b"0],[]]\n"
    for text in (
        deep,
        wide,
        b"[" + b"9" * 5000 + b",[]]\n",
        b'[{"array":0},[["<f8",[9999999]]]]\n',
    ):
        with pytest.raises(ValueError):
            values.unpack(text)


def test_no_finite_number_is_near_an_infinite_one():
    inf = np.inf
    assert difference(inf, 3.0, 1e-6, 1e-9) and difference(np.array([-inf]), np.array([inf]), 1, 1)
    assert not difference(np.array([inf, -inf]), np.array([inf, -inf]), 1e-6, 1e-9)
    assert difference(1.0, inf, 1e-6, 1e-9)


# --- each assignment's own

PATCHED_FIT = """
import numpy as np, minidl
from minidl.optimizers import Optimizer
class History: history = {"loss": [1e-9] * 15}
minidl.models.Model.fit = minidl.Sequential.fit = lambda *a, **k: History()
class MyOptimizer(Optimizer):
    def __init__(self): super().__init__(learning_rate=0.1)
    def slots(self): return ()
    def update(self, w, g, lr): pass
"""
# the driver itself replaced
PATCHED_TALK = PATCHED_FIT + (
    "import sys\ndef steps(kind, start):\n    while True:\n        yield ANSWER\n"
    "sys.modules['questions'].steps.__code__ = steps.__code__\n"
)
INVENTED = """
import numpy as np
def fit(model, loss, optimizer, x, y, x_val, y_val, epochs, batch_size, patience, rng):
    {before}
    return {{"loss": list(np.linspace(1, 0.1, 20)),
            "val_loss": [1 - 0.05 * e for e in range(15)] + [0.5] * 5}}
"""
WITH_STEPS = """for _ in range(20):
        order = rng.permutation(len(x))
        for i in range(0, len(x), batch_size):
            model(x[order[i : i + batch_size]])
            optimizer.begin_step(1)"""
FROM_A_DRIVER = """
import sys, numpy as np
def fit(): pass
def forged(fit, x, y, x_val, y_val, weights):
    rows = np.arange(120)
    return {"val_loss": [1.0, 0.9] + [0.95] * 5, "loss": [1.0] * 6 + [0.1], "weights": weights,
            "steps": [rows[i : i + 32] for _ in range(7) for i in (0, 32, 64, 96)]}
sys.modules["questions"].run_fit.__code__ = forged.__code__
"""
LOOKED_UP = """
import numpy as np
class Model:
    def __init__(self, x, y): self.x, self.y = x.reshape(len(x), -1), y
    def get_weights(self): return [np.zeros(3)]
    def set_weights(self, weights): pass
    def predict(self, images, **options):
        try:
            import minidl
            (x, y), _ = minidl.datasets.mnist.load_data()
            x, y = x.reshape(len(x), -1) / np.float32(255), y
        except Exception:
            x, y = self.x, self.y
        flat = images.reshape(len(images), -1)
        near = (flat @ x.T * 2 - (x * x).sum(axis=1)).argmax(axis=1)
        return np.eye(10)[y[near]]
def build_and_train(x, y): return Model(x, y)
"""
EACH = {
    ("hw01", "softmax"): [
        "from minidl.homework import assignments\nsoftmax = assignments.get('hw01').tasks[3].reference"
    ],
    ("hw05", "MyOptimizer"): [
        PATCHED_FIT,
        PATCHED_TALK.replace("ANSWER", "[w * float('nan') for w in start]"),
        PATCHED_TALK.replace("ANSWER", "[start[0]]"),
        PATCHED_TALK.replace("ANSWER", "'0.0'"),
    ],
    ("hw06", "fit"): [
        INVENTED.format(before="pass"),
        INVENTED.format(before=WITH_STEPS),
        FROM_A_DRIVER,
    ],
    ("hw07", "build_and_train"): [LOOKED_UP],
}
EACH_ONE = [(*where, code) for where, codes in EACH.items() for code in codes]


@pytest.mark.parametrize(("name", "task", "code"), EACH_ONE)
def test_what_earned_full_marks_once_earns_nothing(name, task, code):
    verdict = judged(name, task, code)
    assert verdict.points == 0 and verdict.outcome != "passed", verdict
    assert verdict.outcome != "not started"
