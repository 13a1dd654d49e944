"""minidl.support.disk: writing all or nothing, and downloading over a real TLS connection (to this machine
only).
"""

import os
import random
import stat
import time

import numpy as np
import pytest
from disk_cases import Child

from minidl.support.disk import write_atomically

pytestmark = pytest.mark.usefixtures("trust")


# --- write_atomically
# ---


def test_writes_a_new_file_and_replaces_an_old_one(tmp_path):
    path = tmp_path / "weights.npz"
    for value in (1, 2):
        with write_atomically(path) as file:
            np.savez(file, w=np.full(3, value))
        with np.load(path) as arrays:
            assert arrays["w"].tolist() == [value] * 3
    assert os.listdir(tmp_path) == ["weights.npz"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_whole_and_no_other(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error), write_atomically(path) as file:
        file.write(b"half of the n")
        raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_the_old_file_can_be_read_until_the_block_ends(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with write_atomically(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


def test_permissions_are_those_of_the_old_file_or_the_usual_ones(tmp_path):
    def mode(path):
        return stat.S_IMODE(os.stat(path).st_mode)

    plain, fresh, private = tmp_path / "plain", tmp_path / "fresh", tmp_path / "private"
    plain.touch()
    with write_atomically(fresh):
        pass
    assert mode(fresh) == mode(plain)

    private.touch()
    private.chmod(0o600)
    before = mode(private)
    with write_atomically(private):
        (part,) = tmp_path.glob(".minidl-*.part")
        assert mode(part) == before  # nobody else can read it while it is being written either
    assert mode(private) == before


def test_a_disk_that_knows_no_permissions_is_no_obstacle(tmp_path, monkeypatch):
    def refuse(path, mode):
        raise PermissionError(1, "Operation not permitted")

    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "chmod", refuse)
    with write_atomically(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_link_is_written_through(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    with write_atomically(link) as file:
        file.write(b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


def test_what_is_not_an_ordinary_file_is_never_replaced(tmp_path):
    with pytest.raises(OSError, match="not an ordinary file"), write_atomically(tmp_path):
        pass
    assert tmp_path.is_dir()


def test_a_missing_folder_is_named(tmp_path):
    path = tmp_path / "models" / "a.npz"
    with pytest.raises(FileNotFoundError) as caught, write_atomically(path):
        pass
    assert caught.value.filename == str(path)
    assert f"in the folder {path.parent}" in str(caught.value)


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_end(tmp_path, monkeypatch):
    calls, fsync, replace = [], os.fsync, os.replace

    def recording_fsync(descriptor):
        found = os.fstat(descriptor)
        folder = stat.S_ISDIR(found.st_mode)
        calls.append("sync folder" if folder else f"sync {found.st_size} bytes")
        fsync(descriptor)

    def recording_replace(source, target):
        calls.append("replace")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", recording_fsync)
    monkeypatch.setattr(os, "replace", recording_replace)
    with write_atomically(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert calls == ["sync 3 bytes", "replace"] + ["sync folder"] * (os.name == "posix")


def test_a_file_held_open_on_windows_is_explained(tmp_path, monkeypatch):
    def held_open(source, target):
        raise PermissionError(13, "Access is denied")

    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", held_open)
    with (
        pytest.raises(PermissionError, match="another program may have it open"),
        write_atomically(path) as file,
    ):
        file.write(b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


WRITE_HALF = """
import sys
from minidl.support.disk import write_atomically
with write_atomically(sys.argv[1]) as file:
    file.write(b"n" * 100_000)
    file.flush()
    print("half", flush=True)
    sys.stdin.readline()
"""

WRITE_FOR_EVER = """
import itertools, sys
from minidl.support.disk import write_atomically
for letter in itertools.cycle((b"A", b"B")):
    with write_atomically(sys.argv[1]) as file:
        for _ in range(64):
            file.write(letter * 10_000)
            file.flush()
    print("written", flush=True)
"""


def test_a_writer_killed_in_the_middle_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with Child(WRITE_HALF, str(path)) as child:
        assert child.read_line() == "half"
        child.kill()
    assert path.read_bytes() == b"old"
    with write_atomically(path) as file:  # what the killed writer left behind is in nobody's way
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_a_writer_killed_at_any_moment_leaves_one_whole_file(tmp_path):
    path, moments = tmp_path / "a.bin", random.Random(0)
    for _ in range(4):
        with Child(WRITE_FOR_EVER, str(path)) as child:
            assert child.read_line() == "written"
            time.sleep(moments.uniform(0, 0.03))
            child.kill()
        assert path.read_bytes() in (b"A" * 640_000, b"B" * 640_000)
