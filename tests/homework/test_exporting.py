"""The autograder's zip and the wheel in it, of a made-up minidl that is installed."""

import base64
import hashlib
import importlib.metadata
import io
import zipfile
from pathlib import PurePosixPath

import pytest

from minidl.homework import __main__ as command
from minidl.homework import assignments, exporting, wheels

ABOUT = "minidl-9.9.dist-info"


class Installed:
    """A distribution with these files beside the package's own."""

    version = "9.9"
    files = None

    def __init__(self, *names):
        self.files = [self.file(name) for name in names] or None

    def file(self, name):
        path = PurePosixPath(name)
        kind = type("File", (type(path),), {"read_binary": lambda self: f"in {name}".encode()})
        return kind(path)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A checkout with the package, the digits beside it, and what Python has cached."""
    for name in ("minidl/__init__.py", "minidl/homework/child.py", "datasets/mnist/labels.gz"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n" * 99, encoding="utf-8")
    (tmp_path / "minidl" / "__pycache__").mkdir()
    (tmp_path / "minidl" / "__pycache__" / "a.pyc").touch()
    monkeypatch.setattr(wheels, "SHIPPED", tmp_path / "minidl" / "homework")
    return tmp_path


def installed(monkeypatch, *names):
    monkeypatch.setattr(importlib.metadata, "distribution", lambda name: Installed(*names))


def test_the_wheel_lists_all_its_files(package, monkeypatch):
    kept = [f"{ABOUT}/METADATA", f"{ABOUT}/licenses/LICENSE"]
    installed(monkeypatch, *kept, f"{ABOUT}/RECORD", "minidl/__init__.py")
    name, content = wheels.wheel()
    assert name == "minidl-9.9-py3-none-any.whl"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename: entry.compress_type for entry in archive.infolist()}
        texts = {entry: archive.read(entry) for entry in entries}
    digits = "minidl/datasets/files/mnist/labels.gz"
    code = ["minidl/__init__.py", "minidl/homework/child.py"]
    assert list(entries) == [*code, digits, f"{ABOUT}/WHEEL", *kept, f"{ABOUT}/RECORD"]
    assert texts[digits].startswith(b"# datasets/mnist/labels.gz\n")
    assert texts[kept[0]] == f"in {kept[0]}".encode()
    for entry, packed in entries.items():
        assert packed == (zipfile.ZIP_STORED if entry == digits else zipfile.ZIP_DEFLATED)
    *lines, last = texts[f"{ABOUT}/RECORD"].decode().splitlines()
    assert last == f"{ABOUT}/RECORD,," and len(lines) == len(entries) - 1
    for line, (entry, data) in zip(lines, texts.items()):
        code = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).decode().rstrip("=")
        assert line == f"{entry},sha256={code},{len(data)}"


def test_the_wheel_of_a_wheel_has_its_digits_already(package, monkeypatch):
    installed(monkeypatch)
    own = package / "minidl" / "datasets" / "files" / "mnist"
    own.mkdir(parents=True)
    (own / "digits").touch()
    for beside in ("datasets", "elsewhere"):
        with zipfile.ZipFile(io.BytesIO(wheels.wheel()[1])) as archive:
            found = [n for n in archive.namelist() if "mnist" in n]
        assert found == ["minidl/datasets/files/mnist/digits"]
        if beside == "datasets":
            (package / "datasets").rename(package / "elsewhere")
    (own / "digits").unlink()
    own.rmdir()
    with zipfile.ZipFile(io.BytesIO(wheels.wheel()[1])) as archive:
        assert not [n for n in archive.namelist() if "mnist" in n]


def test_a_wheel_needs_an_installed_minidl(monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(ValueError, match="only on Python's path"):
        wheels.wheel()


def test_the_zip_has_the_wheel_and_hidden_tests_alone(small, monkeypatch, capsys):
    monkeypatch.setattr(exporting, "wheel", lambda: ("minidl-9.9.whl", b"the wheel" * 99))
    (small / "more").mkdir()
    for name in ("more/words.txt", "__pycache__/tasks.pyc"):
        (small / name).parent.mkdir(exist_ok=True)
        (small / name).write_text("words" * 99, encoding="utf-8")
    hidden = ["more/words.txt", "stub.py", "tasks.py"]
    first = ["setup.sh", "run_autograder", "requirements.txt", "minidl-9.9.whl"]
    for name, inside in (("hw90", [f"hidden/hw90_small/{n}" for n in hidden]), ("hw01", [])):
        assert command.main(["export", name, "--output", f"{name}.zip"]) == 0
        assert capsys.readouterr().out.startswith(f"{name}.zip is ready to be uploaded")
        with zipfile.ZipFile(f"{name}.zip") as archive:
            entries = {entry.filename: entry for entry in archive.infolist()}
            texts = {entry: archive.read(entry) for entry in entries}
        assert list(entries) == [*first, *inside]
        assert texts["requirements.txt"] == b"/autograder/source/minidl-9.9.whl\n"
        assert f"check {assignments.get(name).name} --file".encode() in texts["run_autograder"]
        for entry in entries.values():
            rights = 0o755 if entry.filename in ("setup.sh", "run_autograder") else 0o644
            whole = entry.filename.endswith(".whl")
            assert entry.external_attr == rights << 16
            assert entry.compress_type == (zipfile.ZIP_STORED if whole else zipfile.ZIP_DEFLATED)
    assert texts["minidl-9.9.whl"] == b"the wheel" * 99
