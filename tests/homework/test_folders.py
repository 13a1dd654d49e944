"""The folders of the student's process are made and removed."""

import functools
import shutil
import stat

from minidl.homework import folders


def test_the_copy_of_the_library_has_no_answers(tmp_path, monkeypatch):
    kept = ["ops/a.py", "ops/files/b", "datasets/c.py", "layers/homework/d.py"]
    for name in (*kept, "homework/tasks.py", "datasets/files/labels"):
        (tmp_path / "minidl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "minidl" / name).touch()
    registered = []
    monkeypatch.setattr(folders.atexit, "register", lambda *a, **k: registered.append((a, k)))
    monkeypatch.setattr(folders, "SHIPPED", tmp_path / "minidl" / "homework")
    monkeypatch.setattr(folders, "library", functools.cache(folders.library.__wrapped__))
    folder = folders.library()
    found = [p.relative_to(folder / "minidl").as_posix() for p in folder.rglob("*") if p.is_file()]
    assert sorted(found) == sorted(kept) and stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert registered == [((shutil.rmtree, folder), {"ignore_errors": True})]
    assert folders.library() is folder and folder.name.startswith("minidl-")
    folders.discard()
    assert not folder.exists() and folders.library() != folder and folders.library().is_dir()
    folders.discard()


def test_what_is_removed(tmp_path):
    """All that is inside, and nothing that a link leads to."""
    place, outside = tmp_path / "place", tmp_path / "outside"
    (place / "a" / "b" / "c").mkdir(parents=True)
    outside.mkdir()
    for file in (place / "x", place / "a" / "y", place / "a" / "b" / "c" / "z", outside / "kept"):
        file.touch()
    (place / "a" / "link").symlink_to(outside)
    (place / "a" / "b").chmod(0o500)
    folders.remove(place)
    assert not place.exists() and [p.name for p in outside.iterdir()] == ["kept"]
    folders.remove(place)
