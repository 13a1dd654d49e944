"""The house: which room stands on which floor, and that imports only point down. The table below is
the map.
"""

import ast
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "minidl"

FLOORS = [
    [
        "derivatives",
        "backend",
        "registry",
        "files",
        "console",
        "checks",
        "structures",
    ],  # NumPy and the standard library only
    ["arrays", "operators", "recording", "configs", "datasets"],
    ["tensor", "batches"],
    ["symbolic", "gradcheck", "preprocessing", "tape"],
    ["ops", "random"],
    ["activations", "losses", "initializers", "regularizers", "constraints"],
    ["layers", "metrics", "optimizers", "callbacks"],
    ["models", "surfaces"],
    ["plots", "homework"],
    ["utils", "saving"],
    ["older", "__init__"],
]
# Inside a package, files import only those to their left.
INSIDE = {
    "derivatives": ["arithmetic", "linear", "nonlinear", "reductions", "shaping"],
    "datasets": [
        "base",
        "archives",
        "mnist",
        "fashion_mnist",
        "boston_housing",
        "california_housing",
        "imdb",
        "reuters",
        "toy",
    ],
    "ops": [
        "base",
        "elementwise",
        "creation",
        "arranging",
        "reducing",
        "products",
        "networks",
        "linalg",
        "placing",
        "loops",
    ],
    "losses": ["base", "crossentropy", "distributions", "margins", "overlap", "regression"],
    "metrics": ["base", "accuracy", "classes", "confusion", "regression"],
    "preprocessing": ["encoding", "hashing", "sequence", "text"],
    "layers": [
        "spec",
        "base",
        "activation",
        "basic",
        "categories",
        "einsum",
        "lookup",
        "merging",
        "noise",
        "normalization",
        "reshaping",
        "text",
        "wrapping",
    ],
    "callbacks": ["base", "keeping", "progress", "rates", "stopping"],
    "optimizers": [
        "schedules",
        "legacy",
        "base",
        "sgd",
        "adagrad",
        "adadelta",
        "rmsprop",
        "adam",
        "lion",
    ],
    "models": [
        "graph",
        "diagnosis",
        "summary",
        "objective",
        "compiling",
        "running",
        "training",
        "legacy",
        "architecture",
        "formats",
        "saving",
        "model",
        "sequential",
    ],
    "models/formats": ["translation", "native", "hdf5", "keras_2", "keras"],
    "older": ["functions", "graphs", "arguments", "names", "methods", "paths"],
    "plots": ["base", "architecture", "digits", "graphs", "history", "inside", "live", "surfaces"],
    "homework": ["assignments", "values", "child", "judging", "reports", "exporting", "__main__"],
}
ONLY_BASE = {
    "datasets",
    "losses",
    "metrics",
    "layers",
    "callbacks",
    "optimizers",
    "plots",
}  # packages whose files know nothing but their base
# Where the base is more than one file:
FOUNDATION = {
    "optimizers": ("schedules", "legacy", "base"),
    "datasets": ("base", "archives"),
    "layers": ("spec", "base", "lookup"),
}
LAZY = {
    "IPython",
    "h5py",
    "matplotlib",
    "tqdm",
    "difflib",
    "functools",
    "hashlib",
    "importlib",
    "inspect",
    "zipfile",
}  # slow or optional: loaded at first use
FLOOR_OF = {unit: floor for floor, units in enumerate(FLOORS) for unit in units}

# The folders of homework are written as a teacher writes them, who sees the library from outside;
# tests/test_homework.py has them.
MODULES = sorted(p for p in LIBRARY.rglob("*.py") if not p.parent.name.startswith("hw"))


def unit_of(path):
    relative = path.relative_to(LIBRARY)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path):
    """(target, hidden): the dotted module inside minidl, or the outside name; hidden if inside a
    function.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
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
            names = (
                [[*stem, alias.name] for alias in node.names]
                if node.level and not node.module
                else [stem]
            )
            yield from ((".".join(name), id(node) in hidden) for name in names)


def test_every_room_is_on_the_map():
    assert {unit_of(p) for p in MODULES} == set(FLOOR_OF)
    for package, files in INSIDE.items():
        inside = {
            p.stem
            for p in (LIBRARY / package).iterdir()
            if p.suffix == ".py" or (p / "__init__.py").exists()
        }
        assert {name for name in inside if not name.startswith("hw")} - {"__init__"} == set(
            files
        ), package


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_imports_point_down(path):
    here = unit_of(path)
    for target, hidden in imports(path):
        parts = target.split(".")
        if parts[0] != "minidl":
            if parts[0] not in sys.stdlib_module_names and parts[0] not in ("numpy", "__future__"):
                assert parts[0] in LAZY and (hidden or here == "plots"), (
                    f"{path.name} imports {target}"
                )
            continue
        assert len(parts) > 1, f"{path.name} imports its own package by name"
        if path == LIBRARY / "__init__.py":
            continue
        if parts[1] != here:
            assert FLOOR_OF[parts[1]] < FLOOR_OF[here], (
                f"{here} (floor {FLOOR_OF[here]}) imports {parts[1]} (floor {FLOOR_OF[parts[1]]})"
            )
        elif path.stem != "__init__":
            own, theirs = path.relative_to(LIBRARY).with_suffix("").parts, parts[1:]
            shared = next(k for k in range(len(own)) if own[k] != theirs[k])
            order = INSIDE["/".join(own[:shared])]
            assert order.index(theirs[shared]) < order.index(own[shared]), (
                f"{path} imports {target}"
            )
            assert here not in ONLY_BASE or parts[2] in FOUNDATION.get(here, ("base",)), (
                f"{path} imports {target}"
            )
        assert not hidden, f"{path.name} hides the import of {target} in a function"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(LIBRARY)))
def test_hidden_imports_are_only_of_what_is_slow_or_optional(path):
    if path.stem in ("files", "base", "archives") and unit_of(path) in ("files", "datasets"):
        allowed = set(sys.stdlib_module_names) | LAZY  # downloads: ssl, urllib, gzip, hashlib
    else:
        allowed = LAZY
    for target, hidden in imports(path):
        assert not hidden or target.split(".")[0] in allowed, (
            f"{path.name} hides the import of {target}"
        )


def lines_of_code(path):
    """Lines that hold code: no blank lines, comments or docstrings."""
    docs = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            docs.update(range(node.lineno, node.end_lineno + 1))
    with path.open("rb") as file:
        skip = {
            tokenize.COMMENT,
            tokenize.NL,
            tokenize.NEWLINE,
            tokenize.INDENT,
            tokenize.DEDENT,
            tokenize.ENCODING,
            tokenize.ENDMARKER,
        }
        code = {
            n
            for t in tokenize.tokenize(file.readline)
            if t.type not in skip
            for n in range(t.start[0], t.end[0] + 1)
        }
    return len(code - docs)


def test_the_core_stays_small():
    core = [
        LIBRARY / "tensor.py",
        LIBRARY / "operators.py",
        *(LIBRARY / "derivatives").glob("*.py"),
    ]
    assert sum(map(lines_of_code, core)) <= 1300


def test_files_and_functions_stay_readable():
    for path in MODULES:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 600, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                length = (
                    node.end_lineno
                    - node.lineno
                    + 1
                    - len((ast.get_docstring(node) or "").splitlines())
                )
                assert length <= 110, f"{path.name}: {node.name} has {length} lines"


def test_public_functions_and_classes_say_what_they_are():
    for path in MODULES:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)) and not node.name.startswith("_"):
                one_line = isinstance(node, ast.FunctionDef) and len(node.body) == 1
                assert one_line or ast.get_docstring(node), (
                    f"{path.name}: {node.name} has no docstring"
                )


def test_import_is_light():
    code = (
        "import sys, minidl; print(sorted({m.split('.')[0] for m in sys.modules} & "
        "{'matplotlib', 'tqdm', 'ssl', 'h5py'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_front_door_opens_every_room():
    import minidl

    for name in minidl.__all__:
        assert getattr(minidl, name) is not None
    for name in (
        "layers",
        "models",
        "losses",
        "metrics",
        "optimizers",
        "callbacks",
        "datasets",
        "utils",
        "initializers",
        "activations",
        "ops",
        "random",
        "backend",
    ):
        assert getattr(minidl, name).__name__ == f"minidl.{name}"
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        minidl.nonsense


def test_text_files_are_opened_in_utf_8():
    """On Windows the default is another encoding."""
    for folder in (LIBRARY, ROOT / "chapters"):
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = (
                    getattr(node.func, "attr", getattr(node.func, "id", ""))
                    if isinstance(node, ast.Call)
                    else ""
                )
                if name in ("read_text", "write_text"):
                    assert any(k.arg == "encoding" for k in node.keywords), (
                        f"{path.name}:{node.lineno}"
                    )
