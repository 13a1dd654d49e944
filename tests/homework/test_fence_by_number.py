"""What the fence asks of the kernel, number by number, without asking it: as in the pages of Linux
that the files name.
"""

import os
import posixpath
import re
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

    def __init__(self, version, rules=99, restricted=0):
        self.version, self.rules, self.restricted, self.calls = version, rules, restricted, []

    def syscall(self, number, *rest):
        self.calls.append((number, *rest))
        if number == 446:
            return self.restricted
        return self.version if rest[-1] == 1 else self.rules if number == 444 else 0

    def prctl(self, *arguments):
        self.calls.append(("prctl", *arguments))
        return self.restricted

    def capset(self, version, rights):
        self.calls.append(("capset", version.values, rights.values))


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
    # no rules, and rules that the kernel does not put in force; a number of a file may be 0
    for rules, restricted, done in ((-1, 0, False), (99, -1, False), (0, 0, True)):
        kernel = Kernel(3, rules, restricted)
        library = types.SimpleNamespace(CDLL=lambda *_, kernel=kernel, **__: kernel)
        monkeypatch.setattr(fence, "ctypes", library)
        monkeypatch.setattr(fence, "os", types.SimpleNamespace(close=lambda number: None))
        monkeypatch.setattr(fence, "_allow", lambda *rule: None)
        assert fence._wall("work", [], []) is done
    monkeypatch.setattr(sys, "platform", "darwin")
    assert fence.landlock() == 0


def test_whose_processes_are_counted(monkeypatch):
    """Against the limit, which is for the whole user: 2 and 3 threads of two processes."""
    threads = {"/proc": ["1", "7", "8", "9", "self", "stat"], "/proc/7/task": "ab"}
    threads |= {"/proc/8/task": "abc", "/proc/9/task": "abcd"}
    owners = {"/proc/1": 0, "/proc/7": 500, "/proc/8": 500}  # 9 has ended meanwhile

    def stat(path):
        if path not in owners:
            raise FileNotFoundError(path)
        return types.SimpleNamespace(st_uid=owners[path])

    for user, tasks in ((500, 5), (0, 0)):
        own = types.SimpleNamespace(getuid=lambda u=user: u, listdir=threads.get, stat=stat)
        monkeypatch.setattr(fence, "os", own)
        assert fence._tasks_of_this_user() == tasks


# --- another user


@pytest.mark.parametrize(
    ("walled", "open_", "user", "platform", "kept"),
    [
        (True, False, 0, "linux", 4),  # CAP_DAC_READ_SEARCH
        (False, True, 0, "linux", 0),
        (False, False, 0, "linux", None),
        (True, True, 500, "linux", None),
        (True, True, 0, "darwin", None),
    ],
)
def test_root_becomes_a_stranger(walled, open_, user, platform, kept, monkeypatch, tmp_path):
    (tmp_path / "work" / "inner").mkdir(parents=True)
    (tmp_path / "work" / "inner" / "file").touch()
    kernel, said = Kernel(3), []
    notes = {
        name: lambda *a, name=name: said.append((name, *a))
        for name in ("chown", "setgroups", "setresgid", "setresuid")
    }
    known = {"geteuid": lambda: user, "getpid": lambda: 8003, "walk": os.walk, "path": os.path}
    monkeypatch.setattr(fence, "os", types.SimpleNamespace(**known, **notes))
    packed = types.SimpleNamespace(pack=lambda form, *values: Packed(form, (form, *values)))
    monkeypatch.setattr(fence, "struct", packed)
    monkeypatch.setattr(fence, "ctypes", types.SimpleNamespace(CDLL=lambda *_: kernel))
    monkeypatch.setattr(fence, "_open_to_all", lambda path: open_)
    monkeypatch.setattr(sys, "platform", platform)
    work, stranger = str(tmp_path / "work"), 61184 + 3
    fence._become_a_stranger(work, ["/usr"], walled)
    places = [work, os.path.join(work, "inner"), os.path.join(work, "inner", "file")]
    ids = [("setresgid", *[stranger] * 3), ("setresuid", *[stranger] * 3)]
    owned = [("chown", place, stranger, stranger) for place in places]
    assert said == ([*owned, ("setgroups", []), *ids] if kept is not None else [])
    capabilities = ("capset", ("=Ii", 0x20080522, 0), ("=6I", kept, kept, 0, 0, 0, 0))
    wanted = [("prctl", 8, 1, 0, 0, 0), capabilities]  # PR_SET_KEEPCAPS
    assert kernel.calls == (wanted if kept is not None else [])


def test_what_every_user_may_read(monkeypatch):
    modes = {"/": 0o40755, "/a": 0o40711, "/a/f": 0o100604, "/a/own": 0o40750, "/a/x": 0o100771}
    modes |= {"/a/own/f": 0o100644, "/a/r": 0o40774}
    path = types.SimpleNamespace(dirname=posixpath.dirname, exists=modes.__contains__)
    stat = lambda place: types.SimpleNamespace(st_mode=modes[place])
    monkeypatch.setattr(fence, "os", types.SimpleNamespace(path=path, stat=stat))
    readable = {"/", "/a", "/a/f", "/a/none", "/none/at/all"}
    for place in (*modes, "/a/none", "/none/at/all", "/a/own/none"):
        assert fence._open_to_all(place) == (place in readable), place


# --- refusals in Python


def test_what_python_refuses(tmp_path):
    work, library, other = (str(tmp_path / name) for name in ("work", "lib", "work2"))
    for folder in (work, library, other):
        os.mkdir(folder)
    os.symlink(other, os.path.join(work, "link"))
    refuse = fence.refusing(work, [library])
    writing = (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND)
    allowed = [
        ("import", ("os",)),
        ("open", (f"{library}/a", "r", 0)),
        ("open", (f"{work}/a", "r", None)),
        ("open", (work, None, os.O_RDONLY)),
        ("open", (5, "w", os.O_WRONLY)),
        ("open", ("/dev/null", "w", os.O_WRONLY)),
        ("os.rename", (f"{work}/a", os.fsencode(f"{work}/b"), -1, -1)),
        ("os.remove", (5, -1)),
        *(("open", (os.fsencode(f"{work}/a"), None, flag)) for flag in writing),
    ]
    refused = [
        ("os.fork", (), "os.fork"),
        ("open", (f"{other}/a", "r", 0), f"{other}/a"),
        ("open", (f"{work}/link/a", "r", 0), f"{other}/a"),
        ("open", (f"{library}.py", "r", None), f"{library}.py"),
        ("os.rename", (f"{work}/a", f"{other}/b", -1, -1), "changing files"),
        ("os.remove", (os.fsencode(library), -1), "changing files"),
        *(("open", (f"{library}/a", "w", flag), f"{library}/a") for flag in writing),
    ]
    for event, arguments in allowed:
        refuse(event, arguments)
    for event, arguments, said in refused:
        with pytest.raises(PermissionError, match=f"checked without {re.escape(said)}$"):
            refuse(event, arguments)
    assert {event for event, _, _ in refused} <= {*fence.NEVER, *fence.CHANGES, "open"}


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
    assert all(step[1:3] == (0, 0) for step in steps if step[0] in (0x20, 0x06)), "no jumps"
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


def test_the_filter_is_set_where_it_is_known(monkeypatch):
    filled = []
    for where, machine, largest, restricted, done in (
        ("linux", "x86_64", 2**63 - 1, 0, True),
        ("linux", "aarch64", 2**33, 0, True),
        ("linux", "x86_64", 2**63 - 1, -1, False),
        ("darwin", "x86_64", 2**63 - 1, 0, False),
        ("linux", "riscv64", 2**63 - 1, 0, False),
        ("linux", "x86_64", 2**31 - 1, 0, False),
    ):
        kernel = Kernel(3, restricted=restricted)
        library = types.SimpleNamespace(CDLL=lambda *_, kernel=kernel: kernel)
        library.create_string_buffer, library.addressof = lambda b: filled.append(b), lambda b: 77
        monkeypatch.setattr(syscalls, "ctypes", library)
        monkeypatch.setattr(syscalls.platform, "machine", lambda machine=machine: machine)
        system = types.SimpleNamespace(platform=where, maxsize=largest)
        monkeypatch.setattr(syscalls, "sys", system)
        assert syscalls.refuse() is done
        if done or restricted:
            program = struct.pack("@HP", len(filled[-1]) // 8, 77)
            assert kernel.calls == [("prctl", 38, 1, 0, 0, 0), ("prctl", 22, 2, program, 0, 0)]
            steps = syscalls._filter(*syscalls.MACHINES[machine])
            assert filled[-1] == b"".join(struct.pack("=HBBI", *step) for step in steps)
        else:
            assert kernel.calls == []


def test_the_numbers_of_the_calls_are_those_that_were_compared_with_the_kernels():
    """With arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h."""
    text = " ".join(f"{name} {x} {arm}" for name, (x, arm) in sorted(syscalls.REFUSED.items()))
    assert zlib.crc32(text.encode()) == 0x05BD2B06
    assert syscalls.REFUSED["kill"] == (62, 129) and syscalls.REFUSED["execve"] == (59, 221)


def test_everything_is_put_up_in_this_order(monkeypatch):
    said = []
    for owner, name in (
        (fence, "_limit"),
        (fence, "_wall"),
        (fence, "_become_a_stranger"),
        (syscalls, "refuse"),
        (sys, "addaudithook"),
    ):
        note = lambda *a, name=name: said.append((name, *a)) or "walled"
        monkeypatch.setattr(owner, name, note)
    monkeypatch.setattr(fence, "refusing", lambda *a: ("hook", *a))
    task = {"work": "w", "limit": 9.0, "readable": ["r"], "listed": ["l"]}
    assert fence.put_up(task) == "walled"
    assert said == [
        ("_limit", 9.0),
        ("_wall", "w", ["r"], ["l"]),
        ("_become_a_stranger", "w", ["r"], "walled"),
        ("refuse",),
        ("addaudithook", ("hook", "w", ["r"])),
    ]
