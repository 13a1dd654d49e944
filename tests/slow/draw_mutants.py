"""Draws mistakes of one line at random places of the library, and counts how many the tests notice.

    python tests/slow/draw_mutants.py [--seed 7] [--count 60] [--own] [--map .coverage]

Each mutant meets the tests of its own file first (tests/layers/test_basic*.py for
minidl/layers/basic.py), and what survives them the whole default suite, on all processor cores
(pytest-xdist), unless --own. A survivor is printed with its line: it asks for a test, or changes
nothing that anybody can see. Tests that were written for survivors belong beside the others of
their file. Tests that fail without a mistake would count it as noticed: they end the run.

That takes minutes a survivor. With --map it takes seconds: a map says which tests run which line,
and what survives them alone has survived. pytest-cov (coverage.py) makes it, in ten minutes:

    pytest -n auto --cov=minidl --cov-context=test

A line that runs while the library is imported, and a line whose tests run in other processes, is
not on the map: its mutants still meet the whole suite.
"""

import argparse
import ast
import functools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "minidl"
ALL = ("-n", "auto")  # the whole default suite
SWAPS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


def mistakes(tree):
    """(node, what to do to it) for every place of a syntax tree where a mistake can be made."""
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        kind = type(getattr(node, "op", None))
        if isinstance(node, (ast.BinOp, ast.AugAssign, ast.BoolOp)) and kind in SWAPS:
            yield node, lambda n: setattr(n, "op", SWAPS[type(n.op)]())
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
            yield node, lambda n: n.ops.__setitem__(0, SWAPS[type(n.ops[0])]())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
            yield node, lambda n: setattr(n, "operand", ast.UnaryOp(n.op, n.operand))
        elif isinstance(node, ast.Constant) and id(node) not in docs:
            if isinstance(node.value, bool):
                yield node, lambda n: setattr(n, "value", not n.value)
            elif isinstance(node.value, (int, float)):
                yield node, lambda n: setattr(n, "value", n.value + 1)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield node, lambda n: setattr(n, "value", ast.Constant(None))
        elif isinstance(node, ast.If):
            yield node, lambda n: setattr(n, "test", ast.Constant(False))


def sources() -> list[Path]:
    """The library's files, without homework's tasks, which have wrong answers of their own."""
    return sorted(p for p in LIBRARY.rglob("*.py") if not p.parent.name.startswith("hw"))


def drawn(rng, path):
    """(line number, the line before, the file after) of a random mistake; None where there is no
    place for one, or where it changes more than a line.
    """
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    places = [(n, act) for n, act in mistakes(tree) if n.lineno == n.end_lineno]
    if not places:
        return None
    node, act = rng.choice(places)
    lines = text.splitlines(keepends=True)
    line = lines[node.lineno - 1].encode()
    act(node)
    now = ast.unparse(ast.fix_missing_locations(node))
    wrong = line[: node.col_offset] + f"({now})".encode() + line[node.end_col_offset :]
    if isinstance(node, (ast.Expr, ast.AugAssign)):
        wrong = line[: node.col_offset] + now.encode() + line[node.end_col_offset :]
    lines[node.lineno - 1] = wrong.decode()
    after = "".join(lines)
    try:
        ast.parse(after)
    except SyntaxError:
        return None
    return node.lineno, line.decode().strip(), wrong.decode().strip(), after


def tests_of(path) -> tuple:
    folder, name = path.relative_to(LIBRARY).parent, path.stem.strip("_")
    name = (folder.name or "house") if name == "init" else name
    found = sorted((ROOT / "tests" / folder).glob(f"test_{name}*.py"))
    if folder.name:  # and those of the whole room: tests/ops/test_ops*.py
        found += sorted((ROOT / "tests" / folder).glob(f"test_{folder.name}*.py"))
    return tuple(str(p.relative_to(ROOT)) for p in dict.fromkeys(found))


def passes(folder, tests) -> bool:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= {"MPLBACKEND": "Agg", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=1800
        )
    except subprocess.TimeoutExpired:  # a loop without an end
        return False
    return done.returncode == 0


@functools.cache
def mapped(database) -> dict:
    """{file: {line: the tests that run it}} of a database of coverage.py."""
    import coverage

    data = coverage.CoverageData(database)
    data.read()
    files = {Path(name): data.contexts_by_lineno(name) for name in data.measured_files()}
    return {path.resolve(): contexts for path, contexts in files.items()}


def tests_that_run(database, path, line) -> list[str]:
    """The tests that run a line, fewest other tests first: those of its own file; [] if the map
    does not have all.
    """
    found = mapped(database).get(path.resolve(), {}).get(line, [])
    if not found or "" in found:  # "": while it is imported
        return []
    tests = {test.partition("|")[0] for test in found}  # "tests/a.py::test_b|run"
    own = tests_of(path)
    return sorted(tests, key=lambda test: (test.partition("::")[0] not in own, test))


def listed(folder, tests) -> tuple:
    """The tests as an argument of pytest: a file that names them, one a line."""
    place = folder / "tests_to_run.txt"
    place.write_text("\n".join(tests), "utf-8")
    return (f"@{place}",)


@functools.cache
def check_sound(folder, tests) -> None:
    """Exit unless these tests pass in the copy, in which there is no mistake now."""
    if tests and not passes(folder, tests):
        sys.exit(f"without any mistake these tests fail already: {' '.join(tests)}")


def copied(folder) -> Path:
    """A copy of the project to be spoilt."""
    for name in ("minidl", "tests", "datasets", "chapters"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, folder)
    return folder


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seed", type=int, default=int(time.time()))
    options.add_argument("--count", type=int, default=60)
    options.add_argument("--own", action="store_true", help="only the tests of the file itself")
    options.add_argument("--map", help="a database of coverage.py, with the tests as contexts")
    options = options.parse_args()
    print(f"seed {options.seed}", flush=True)
    rng, killed, files = random.Random(options.seed), 0, sources()
    weights = [len(p.read_text("utf-8").splitlines()) for p in files]
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        for number in range(1, options.count + 1):
            mutant = None
            while mutant is None:
                (path,) = rng.choices(files, weights)
                mutant = drawn(rng, path)
            line, before, after, text = mutant
            spoilt, own = copy / path.relative_to(ROOT), tests_of(path)
            for tests in (own,) if options.own else (own, ALL):
                check_sound(copy, tests)
            known = tests_that_run(options.map, path, line) if options.map else []
            rounds = {"its own tests": own} if own else {}
            rounds |= {} if options.own else {"another test": ALL}
            rounds = {"the tests that run it": listed(copy, known)} if known else rounds
            spoilt.write_text(text, "utf-8")
            caught = next((who for who, tests in rounds.items() if not passes(copy, tests)), None)
            spoilt.write_text(path.read_text("utf-8"), "utf-8")
            killed += bool(caught)
            name = path.relative_to(LIBRARY)
            print(f"{number:3} {caught or 'SURVIVED'}: {name}:{line}", flush=True)
            if not caught:
                print(f"      {before}\n      {after}", flush=True)
    print(f"{killed} of {options.count} were noticed (seed {options.seed})")


if __name__ == "__main__":
    main()
