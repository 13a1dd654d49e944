"""What the fence asks of the kernel, number by number, without asking it: as in the pages of Linux
that the files name.
"""

import os
import struct
import sys
import types
import zlib

import pytest

from minidl.homework import fence, syscalls

# --- limits


class Limits(types.SimpleNamespace):
    """The module resource of a system where the hard limit of open files is 100."""

    RLIM_INFINITY = -1

    def __init__(self):
        super().__init__(asked={})
        names = ("AS", "FSIZE", "NOFILE", "CORE", "CPU", "NPROC")
        vars(self).update({f"RLIMIT_{name}": name for name in names})

    def getrlimit(self, kind):
        return (-1, 100 if kind == "NOFILE" else -1)

    def setrlimit(self, kind, pair):
        self.asked[kind] = pair


@pytest.mark.parametrize(("platform", "processes"), [("linux", 5 + 16), ("darwin", 0)])
def test_what_a_process_may_use(monkeypatch, platform, processes):
    limits = Limits()
    monkeypatch.setattr(fence, "resource", limits)
    monkeypatch.setattr(fence, "_tasks_of_this_user", lambda: 5)
    monkeypatch.setattr(sys, "platform", platform)
    fence._limit(7.9)
    wanted = {"AS": 2**32, "FSIZE": 2**24, "NOFILE": 100, "CORE": 0, "CPU": 9, "NPROC": processes}
    assert limits.asked == {kind: (most, most) for kind, most in wanted.items()}
    assert fence.FILES == 128


# --- Landlock


class Kernel:
    """Notes calls, and answers them as a kernel with this version of Landlock."""

    def __init__(self, version):
        self.version, self.calls = version, []

    def syscall(self, number, *rest):
        self.calls.append((number, *rest))
        return self.version if rest[-1] == 1 else 99 if number == 444 else 0

    def prctl(self, *arguments):
        self.calls.append(("prctl", *arguments))
        return 0


ALL = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16, 6: 16, 9: 16}  # version: how many rights it knows


@pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
@pytest.mark.parametrize(("version", "rights"), ALL.items())
def test_what_landlock_is_asked_for(version, rights, monkeypatch, tmp_path):
    kernel, closed = Kernel(version), []
    system = {"open": lambda path, flags: path, "close": closed.append, "path": os.path}
    flags = {"O_PATH": 1, "O_CLOEXEC": 2}
    packed = types.SimpleNamespace(pack=lambda form, *values: Packed(form, values))
    monkeypatch.setattr(fence, "os", types.SimpleNamespace(**system, **flags))
    monkeypatch.setattr(fence, "struct", packed)
    monkeypatch.setattr(fence, "ctypes", types.SimpleNamespace(CDLL=lambda *_, **__: kernel))
    work, other, file = (str(tmp_path / name) for name in ("work", "other", "file"))
    for folder in (work, other):
        (tmp_path / folder).mkdir()
    (tmp_path / "file").touch()
    assert fence._wall(work, [other, file], [other]) is True
    asked, made, *rules, privileges, restricted = kernel.calls
    every = (1 << rights) - 1
    network, signals = (3 if version >= 4 else 0), (3 if version >= 6 else 0)
    size = 8 if version < 4 else 16 if version < 6 else 24
    assert asked == (444, None, 0, 1)
    assert made == (444, ("=QQQ", (every, network, signals), size), size, 0)
    read_file, read_folder, write, cut = 4, 8, 2, 1 << 14
    # all but running programs, and making character and block devices
    own = every & ~(1 | 1 << 6 | 1 << 11 | 1 << 15)
    assert [(call[:3], *call[3].values, call[4]) for call in rules] == [
        ((445, 99, 1), read_file | read_folder, other, 0),
        ((445, 99, 1), read_file, file, 0),
        ((445, 99, 1), read_folder, other, 0),
        ((445, 99, 1), read_file | write | (cut & every), "/dev/null", 0),
        ((445, 99, 1), own, work, 0),
    ]
    assert privileges == ("prctl", 38, 1, 0, 0, 0) and restricted == (446, 99, 0)
    assert closed == [other, file, other, "/dev/null", work, 99]


class Packed:
    """A struct that can be looked at."""

    def __init__(self, form, values, size=24):
        self.form, self.values, self.size = form, values, size

    def __getitem__(self, part):
        return Packed(self.form, self.values, part.stop)

    def __len__(self):
        return self.size

    def __eq__(self, other):
        return (self.form, self.values, self.size) == other


def test_a_kernel_without_landlock_or_one_that_refuses(monkeypatch):
    for version in (0, -1):
        kernel = Kernel(version)
        library = types.SimpleNamespace(CDLL=lambda *_, kernel=kernel, **__: kernel)
        monkeypatch.setattr(fence, "ctypes", library)
        assert fence._wall("work", [], []) is False and len(kernel.calls) <= 1
    monkeypatch.setattr(sys, "platform", "darwin")
    assert fence.landlock() == 0


# --- the filter of system calls

COLUMNS = {"x86_64": 0, "aarch64": 1}
REFUSED, NO_SUCH, ALLOWED = 0x00050001, 0x00050026, 0x7FFF0000  # EPERM, ENOSYS


def decided(steps, number, machine, argument=0) -> int:
    """Run a filter as the kernel does, on one call."""
    loaded, at = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x06:  # return
            return value
        if code == 0x20:  # load a word of struct seccomp_data
            loaded = {0: number, 4: machine, 16: argument}[value]
            continue
        holds = {0x15: loaded == value, 0x35: loaded >= value, 0x45: bool(loaded & value)}[code]
        at += yes if holds else no


@pytest.mark.parametrize(
    ("name", "machine", "clone", "clone3", "prlimit"),
    [("x86_64", 0xC000003E, 56, 435, 302), ("aarch64", 0xC00000B7, 220, 435, 261)],
)
def test_what_the_filter_lets_through(name, machine, clone, clone3, prlimit):
    column, known = syscalls.MACHINES[name]
    assert (column, known) == (COLUMNS[name], machine)
    steps = list(syscalls._filter(column, machine))
    assert all(len(struct.pack("=HBBI", *step)) == 8 for step in steps)
    listed = [pair[column] for pair in syscalls.REFUSED.values()]
    refused = {number for number in listed if number is not None}
    special = {clone, clone3, prlimit}
    for number in range(600):
        said = decided(steps, number, machine)
        if number not in special:
            assert said == (REFUSED if number in refused else ALLOWED), number
        assert decided(steps, number, machine ^ 1) == REFUSED, "as another machine's"
        assert decided(steps, number + 0x40000000, machine) == REFUSED, "the 32-bit numbers"
    assert decided(steps, clone3, machine) == NO_SUCH, "so that clone is called"
    assert decided(steps, clone, machine, 0x10000) == ALLOWED, "a thread"
    assert decided(steps, clone, machine, 0x11) == REFUSED, "a process"
    assert decided(steps, prlimit, machine, 0) == ALLOWED, "limits of its own"
    assert decided(steps, prlimit, machine, 5) == REFUSED, "limits of another"


def test_the_numbers_of_the_calls_are_those_that_were_compared_with_the_kernels():
    """With arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h."""
    text = " ".join(f"{name} {x} {arm}" for name, (x, arm) in sorted(syscalls.REFUSED.items()))
    assert zlib.crc32(text.encode()) == 0x05BD2B06
    assert syscalls.REFUSED["kill"] == (62, 129) and syscalls.REFUSED["execve"] == (59, 221)
