"""The house: which room stands on which floor, that imports only point down, and that what is to be
read stays readable. The tables below are the map.
"""

import ast
import functools
import subprocess
import sys
import tokenize

import pytest
from house_lists import ELSEWHERE, LONG_TESTS
from places import ROOT

from minidl.support.arrays import NUMPY_1

LIBRARY = ROOT / "minidl"

# From the ground up. A room imports only from floors below its own.
FLOORS = [
    ["core"],  # NumPy and the standard library only
    ["support"],
    ["guards", "tensor"],
    ["symbolic", "gradcheck"],
    ["ops", "random"],
    ["activations", "losses", "initializers", "regularizers", "constraints"],
    ["layers", "metrics", "optimizers", "callbacks"],
    ["data"],
    ["text", "datasets", "surfaces", "files", "translation"],
    ["models"],
    ["distribution", "applications"],
    ["plots", "homework", "course"],
    ["utils", "saving"],
    ["compat"],
    ["front"],
    ["__init__"],
]
FLOOR_OF = {unit: floor for floor, units in enumerate(FLOORS) for unit in units}
# Slow or optional: loaded at first use, in a function.
LAZY = {
    "IPython",
    "PIL",
    "csv",
    "difflib",
    "functools",
    "h5py",
    "hashlib",
    "importlib",
    "inspect",
    "json",
    "logging",
    "matplotlib",
    "mpi4py",
    "ml_dtypes",
    "plotly",
    "shutil",
    "tensorboardX",
    "threadpoolctl",
    "tqdm",
    "zipfile",
}
# ssl, urllib, gzip, ...
DOWNLOADS = {f"datasets/{name}.py" for name in ("base", "archives", "cifar")}
DOWNLOADS |= {"support/disk.py", "support/fetching.py"}
# The folders of homework are written as a teacher writes them, who sees the library from outside,
# and the skeleton is what a learner gets; tests/homework has them. What stands in `keras` is read by
# editors alone, and not executed.
MODULES = sorted(
    p
    for p in LIBRARY.rglob("*.py")
    if not p.parent.name.startswith("hw") and not {"skeleton", "keras"} & {*p.parts}
)


def unit_of(path):
    relative = path.relative_to(LIBRARY)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


@functools.cache
def imports(path) -> list[tuple[str, bool]]:
    """(target, hidden) of each import: the dotted module inside minidl, or the outside name; hidden
    if inside a function.
    """
    return list(found_imports(path))


def found_imports(path):
    tree = tree_of(path)
    functions = [n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.Lambda))]
    hidden = {id(n) for f in functions for n in ast.walk(f)}
    only_types = {
        id(n)
        for i in ast.walk(tree)
        if isinstance(i, ast.If) and "TYPE_CHECKING" in ast.dump(i.test)
        for n in ast.walk(i)
    }
    package = ["minidl", *path.relative_to(LIBRARY).parts[:-1]]
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in hidden) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *(node.module.split(".") if node.module else [])]
            names = [stem]
            if node.level and not node.module:
                names = [[*stem, alias.name] for alias in node.names]
            yield from ((".".join(name), id(node) in hidden) for name in names)


def test_every_room_is_on_the_map():
    assert {unit_of(p) for p in MODULES} == set(FLOOR_OF)


def imports_point_down(path):
    here = unit_of(path)
    for target, hidden in imports(path):
        parts = target.split(".")
        if parts[0] != "minidl":
            continue
        assert len(parts) > 1, f"{path.name} imports its own package by name"
        if here != "__init__" and parts[1] != here:
            assert FLOOR_OF[parts[1]] < FLOOR_OF[here], f"{here} imports {target}"
        assert not hidden, f"{path.name} hides the import of {target} in a function"


def imports_from_outside(path):
    here = str(path.relative_to(LIBRARY)).replace("\\", "/")
    for target, hidden in imports(path):
        package = target.split(".")[0]
        if package == "minidl":
            continue
        standard = package in sys.stdlib_module_names or package in ("numpy", "__future__")
        assert standard or (package in LAZY and (hidden or here.startswith("plots/"))), target
        if hidden and here not in DOWNLOADS:
            assert package in LAZY, f"{here} hides the import of {target}"


def test_no_import_circles():
    """Inside a room too: follow the imports between files from each file; none leads back."""
    graph = {}
    names = {}
    for path in MODULES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    for name, path in names.items():
        found = set()
        for target, _ in imports(path):
            while target and target not in names:
                target = target.rpartition(".")[0]
            inside = path.name != "__init__.py" and not name.startswith(f"{target}.")
            if target and target != name and inside:
                found.add(target)
        graph[name] = found
    done, open_ = set(), []

    def visit(name):
        assert name not in open_, f"a circle: {' -> '.join([*open_, name])}"
        if name not in done:
            open_.append(name)
            for target in sorted(graph[name]):
                visit(target)
            open_.pop()
            done.add(name)

    for name in graph:
        visit(name)


# --- what is to be read


@functools.cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@functools.cache
def lines_of_code(path):
    """The numbers of the lines that hold code: no blank lines, comments or docstrings."""
    docs = set()
    for node in ast.walk(tree_of(path)):
        holds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, holds) and ast.get_docstring(node, clean=False) is not None:
            docs.update(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    skip = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENCODING,
        tokenize.ENDMARKER,
    }
    with path.open("rb") as file:
        tokens = [t for t in tokenize.tokenize(file.readline) if t.type not in skip]
    return {n for t in tokens for n in range(t.start[0], t.end[0] + 1)} - docs


def functions(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            yield node


def length(function, code) -> int:
    """The lines of code of its body."""
    return len(code & set(range(function.body[0].lineno, function.end_lineno + 1)))


# derivatives/ is the table beside it
BOOK = sorted(p for p in (LIBRARY / "core").glob("*.py") if p.name != "__init__.py")
WORDS = ("keras", "older", "legacy", "tutorial")


def test_the_book_is_small():
    """At most 9 files and 700 lines of code; today 9 and 575. The ceilings only go down."""
    assert len(BOOK) <= 9
    assert sum(len(lines_of_code(p)) for p in BOOK) <= 577


@pytest.mark.parametrize("path", BOOK, ids=lambda p: p.name)
def test_the_book_is_plain(path):
    """Short functions, no warnings, no long errors, hardly an isinstance, no word of others."""
    text, code = path.read_text(encoding="utf-8"), lines_of_code(path)
    tree = tree_of(path)
    for function in functions(path):
        assert length(function, code) <= 15, function.name
        assert branches(function) <= 6, function.name
        assert function.name == "apply" or function.args.kwarg is None, function.name
    assert text.count("isinstance(") <= 2
    assert not any(word in text.lower() for word in WORDS)
    for node in ast.walk(tree):
        assert getattr(node, "attr", "") != "warn"
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args:
                assert len(ast.unparse(argument)) <= 90, ast.unparse(argument)


def branches(function) -> int:
    """McCabe's complexity: 1 and one more for each place where the way forks."""
    forks = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.IfExp)
    found = [n for n in ast.walk(function) if isinstance(n, forks)]
    return 1 + len(found)


@pytest.mark.parametrize(
    "path", sorted((LIBRARY / "core" / "derivatives").glob("*.py")), ids=lambda p: p.name
)
def test_an_op_of_the_table_fits_on_half_a_screen(path):
    for function in functions(path):
        assert length(function, lines_of_code(path)) <= 25, function.name


# Files and functions that are longer than the rule says, and how long they may be: only ever less.
LONG_FILES = {"layers/base.py": 415, "models/training.py": 347, "tensor/tensor.py": 348}
LONG_FUNCTIONS: dict[str, int] = {}


def files_and_functions_stay_readable(path):
    name = str(path.relative_to(LIBRARY)).replace("\\", "/")
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONG_FILES.get(name, 300)
    code = lines_of_code(path)
    for function in functions(path):
        limit = LONG_FUNCTIONS.get(f"{name}:{function.name}", 25)
        assert length(function, code) <= limit, function.name


@pytest.mark.parametrize(
    "kept", [imports_point_down, imports_from_outside, files_and_functions_stay_readable]
)
def test_in_every_module(kept):
    for path in MODULES:
        kept(path)


def test_what_builds_the_site_stays_readable():
    for path in (ROOT / "chapters" / "site").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
        for function in functions(path):
            assert length(function, lines_of_code(path)) <= 25, function.name
            assert branches(function) <= 10, function.name


def test_public_functions_and_classes_say_what_they_are():
    for path in MODULES:
        for node in tree_of(path).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                one_line = isinstance(node, ast.FunctionDef) and len(node.body) == 1
                assert one_line or ast.get_docstring(node), f"{path.name}: {node.name}"


# --- the tests stand as the house does

TESTS = ROOT / "tests"


def own_tests_of(source):
    """The test files of a source file: tests/layers/test_convolution*.py, or, for a package's own
    file, tests/layers/test_layers*.py.
    """
    folder, name = source.relative_to(LIBRARY).parent, source.stem.strip("_")
    if name == "init":
        name = folder.name or "house"
    return sorted((TESTS / folder).glob(f"test_{name}*.py"))


def test_a_source_file_has_tests_of_its_name():
    long = [path for path in MODULES if len(lines_of_code(path)) > 60]
    without = {path.relative_to(LIBRARY).as_posix() for path in long if not own_tests_of(path)}
    assert without <= ELSEWHERE, "write tests/<folder>/test_<file>.py"
    assert without >= ELSEWHERE, "they have tests of their name now: take them off the list"


def test_test_files_stay_readable():
    """At most 500 lines, which ruff formats at 100 columns."""
    for path in TESTS.rglob("*.py"):
        name, lines = path.relative_to(TESTS).as_posix(), path.read_text("utf-8").splitlines()
        limit = LONG_TESTS.get(name, 500)
        assert len(lines) <= limit, f"{name} has {len(lines)} lines"
        assert limit == 500 or len(lines) > 500, f"{name} is short now: take it off the list"


# --- the afternoon: how much runs when README's network trains

AFTERNOON = """
import os, sys
import numpy as np
import minidl

root = os.path.dirname(os.path.abspath(minidl.__file__)) + os.sep
nested = ("<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>")      # no frames of their own


class Trace:
    def __init__(self):
        self.frames, self.files = 0, set()

    def __call__(self, frame, event, arg):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(root) and code.co_name not in nested:
            self.frames += 1
            self.files.add(code.co_filename)


rng = np.random.default_rng(0)
x, y = rng.random((128, 28, 28)).astype("f"), rng.integers(0, 10, 128)
step, whole = Trace(), Trace()


class OneStep(minidl.callbacks.Callback):       # from the end of batch 2 to the end of batch 3
    def on_train_batch_end(self, batch, logs=None):
        sys.setprofile(step if batch == 1 else None)


def example(callbacks):
    layers = minidl.layers
    model = minidl.Sequential([
        layers.Flatten(),
        layers.Dense(128, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=1, verbose=0, callbacks=callbacks)
    model.evaluate(x, y, verbose=0)


example([OneStep()])
sys.setprofile(whole)
example([])
sys.setprofile(None)
print(step.frames, len(step.files), len(whole.files))
"""


def test_the_afternoon():
    """One step of fit, whole, and all files of making, compiling, fitting and evaluating README's
    network. The ceilings only ever go down. With NumPy 1.26 some ops run two more functions, which
    give the result the dtype that NumPy 2 would.
    """
    done = subprocess.run(
        [sys.executable, "-c", AFTERNOON], capture_output=True, text=True, cwd=ROOT, check=True
    )
    frames, files_of_a_step, files = map(int, done.stdout.split())
    assert frames <= (150 if NUMPY_1 else 144)
    assert files_of_a_step <= (21 if NUMPY_1 else 20)
    assert files <= 50


# --- the front door


def test_import_is_light():
    """What is slow to load, and was not there with NumPy, opens when it is needed."""
    run(
        "import gc, sys, numpy\n"
        "before = set(sys.modules)\n"
        "import minidl\n"
        "minidl.Sequential, minidl.layers.Dense, minidl.datasets.mnist\n"
        "loaded = {m.split('.')[0] for m in set(sys.modules) - before}\n"
        "slow = 'matplotlib tqdm ssl h5py json difflib dataclasses string csv shutil lzma urllib'\n"
        "assert not loaded & set(slow.split()), loaded\n"
        "assert gc.isenabled() and not gc.get_freeze_count()\n"
    )


@pytest.mark.parametrize("before", ["gc.disable()", "gc.freeze()"])
def test_loading_leaves_the_garbage_collector_as_it_was(before):
    run(
        f"import gc, minidl\n{before}\nstate = gc.isenabled(), gc.get_freeze_count() > 0\n"
        "minidl.Sequential\nassert state == (gc.isenabled(), gc.get_freeze_count() > 0)\n"
    )
    run(  # and a name of TensorFlow, which is looked up each time, does not touch it
        "import gc, minidl\nminidl.Sequential\nminidl.reduce_mean\ngc.disable()\n"
        "young = gc.get_count()[0]\nminidl.reduce_mean\nassert gc.get_count()[0] >= young > 0\n"
    )


def run(code):
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True)


def test_the_bare_import_loads_nothing_and_shows_every_name():
    run(
        "import minidl, sys\n"
        "assert set(minidl.__all__) <= set(dir(minidl))\n"
        "assert not [m for m in sys.modules if m.startswith(('minidl.', 'numpy'))]\n"
        "import numpy\n"
        "with_numpy = 'numpy.random' in sys.modules\n"  # NumPy 1 loads it itself
        "minidl.Sequential\n"
        "assert ('numpy.random' in sys.modules) == with_numpy\n"
        "assert 'Sequential' in vars(minidl)\n"
    )


@pytest.mark.parametrize("before", ["", "import minidl; "])
@pytest.mark.parametrize(
    "room",
    ["layers", "optimizers.schedules", "layers.advanced_activations", "keras.layers", "tape", "nn"],
)
def test_a_room_that_is_imported_first_is_loaded_once_and_whole(room, before):
    """With the older spellings, which the whole library adds, and as one and the same module."""
    run(
        f"{before}import minidl.{room.replace('nn', 'ops.nn')} as room, sys, warnings\n"
        "import minidl\n"
        "from minidl.layers import Dense\n"
        "assert Dense is minidl.layers.Dense and sys.modules['minidl.layers'] is minidl.layers\n"
        "assert minidl.layers.__spec__.loader.__class__.__name__ == 'SourceFileLoader'\n"
        "warnings.simplefilter('ignore')\n"
        "Dense(3, input_dim=4, init='uniform')\n"
    )


def test_threads_that_import_at_once_all_get_the_library():
    run(
        "import threading, minidl\n"
        "found = []\n"
        "work = lambda: found.append(minidl.Sequential([minidl.layers.Dense(1)]))\n"
        "threads = [threading.Thread(target=work) for _ in range(8)]\n"
        "[t.start() for t in threads], [t.join() for t in threads]\n"
        "assert len(found) == 8\n"
    )


def test_the_front_door_opens_every_room():
    import minidl

    for name in minidl.__all__:
        assert getattr(minidl, name) is not None
    rooms = "layers models losses metrics optimizers callbacks datasets utils initializers"
    for name in [*rooms.split(), "activations", "ops", "random"]:
        assert getattr(minidl, name).__name__ == f"minidl.{name}"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        minidl.nonsense


def test_modules_that_moved_are_found_under_their_public_paths():
    code = (
        "import minidl.backend, minidl.preprocessing.sequence, minidl.config, minidl.keras.layers\n"
        "from minidl.preprocessing.text import Tokenizer\n"
        "from minidl.backend import floatx\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_text_files_are_opened_in_utf_8():
    """On Windows the default is another encoding."""
    for folder in (LIBRARY, ROOT / "chapters"):
        for path in folder.rglob("*.py"):
            for node in ast.walk(tree_of(path)):
                called = node.func if isinstance(node, ast.Call) else None
                name = getattr(called, "attr", getattr(called, "id", ""))
                if name in ("read_text", "write_text"):
                    encodings = [k for k in node.keywords if k.arg == "encoding"]
                    assert encodings, f"{path.name}:{node.lineno}"
