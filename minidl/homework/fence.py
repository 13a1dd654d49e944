"""Restricts the process of the student's code: limits, rules in the kernel, and refusals in Python.

`put_up` is called in the student's process, before the student's code. The restrictions depend on
the system: Linux has all of them, macOS has the limits and the refusals, Windows has only the
refusals. The README of this folder explains what this means. This file imports nothing of minidl.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import stat
import struct
import sys

from . import syscalls

try:
    import resource
except ImportError:  # Windows
    resource = None

MEMORY = 4 << 30  # bytes
FILE = 16 << 20  # bytes of a file
FILES = 128  # open at a time
PROCESSES = 16  # threads included; a picture library starts one
STRANGERS = 61184  # the first user id of those that systems lend to short-lived services

# Landlock (Linux 5.13): https://docs.kernel.org/userspace-api/landlock.html
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
READ_FILE, READ_DIR, WRITE_FILE, TRUNCATE = 1 << 2, 1 << 3, 1 << 1, 1 << 14
READ = READ_FILE | READ_DIR
# the rights that version 1, 2, ... of Landlock knows, as numbers of bits
RIGHTS = (13, 14, 15, 15, 16)
EXECUTE_AND_DEVICES = 1 | 1 << 6 | 1 << 11 | 1 << 15


def put_up(task: dict) -> bool:
    """Restrict this process. Returns whether the kernel protects files from it.

    task["work"]: the only folder that may be written to. "readable": files and folders that may be
    read. "listed": folders whose file names may be listed, but not read. "limit": seconds of CPU
    time.
    """
    work = task["work"]
    _limit(task["limit"])
    walled = _wall(work, task["readable"], task["listed"])
    _become_a_stranger(work, task["readable"], walled)
    syscalls.refuse()
    sys.addaudithook(refusing(work, task["readable"]))
    return walled


# --- limits


def _limit(seconds: float) -> None:
    """Limit the resources of this process. A limit that a system does not know is skipped."""
    if resource is None:
        return
    wanted = {
        "AS": MEMORY,
        "FSIZE": FILE,
        "NOFILE": FILES,
        "CORE": 0,
        "CPU": int(seconds) + 2,
        "NPROC": _tasks_of_this_user() + PROCESSES if sys.platform == "linux" else 0,
    }
    for name, most in wanted.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            kind = getattr(resource, f"RLIMIT_{name}")
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


def _tasks_of_this_user() -> int:
    """Return the number of this user's threads, because the limit counts all of them. Returns 0 for
    root, who will become another user.
    """
    if os.getuid() == 0:
        return 0
    count = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{name}").st_uid == os.getuid():
                count += len(os.listdir(f"/proc/{name}/task"))
    return count


# --- walls


def landlock() -> int:
    """Return the version of Landlock in this machine's kernel; 0 if it has none."""
    if sys.platform != "linux":
        return 0
    return max(0, ctypes.CDLL(None).syscall(CREATE_RULESET, None, 0, 1))


def _wall(work: str, readable: list[str], listed: list[str]) -> bool:
    """Make the kernel refuse access to all other files, new programs, TCP, and signals to other
    processes. Returns whether it does.
    """
    version = landlock()
    if not version:
        return False
    system = ctypes.CDLL(None)
    files = (1 << RIGHTS[min(version, len(RIGHTS)) - 1]) - 1
    # rights to files; to bind and connect TCP (version 4); signals and abstract sockets (version 6)
    wanted = struct.pack("=QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    wanted = wanted[: {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(version, 24)]
    rules = system.syscall(CREATE_RULESET, wanted, len(wanted), 0)
    if rules < 0:
        return False
    for path in readable:
        _allow(system, rules, path, READ)
    for path in listed:
        _allow(system, rules, path, READ_DIR)
    _allow(system, rules, "/dev/null", READ_FILE | (files & (WRITE_FILE | TRUNCATE)))
    _allow(system, rules, work, files & ~EXECUTE_AND_DEVICES)
    system.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, which the next line demands
    done = system.syscall(RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return done


def _allow(system, rules: int, path: str, rights: int) -> None:
    """Add a rule that allows these rights for the path and everything below it."""
    with contextlib.suppress(OSError):  # not everything exists on every machine
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        if not os.path.isdir(path):
            rights &= ~READ_DIR
        system.syscall(ADD_RULE, rules, 1, struct.pack("=Qi", rights, place), 0)
        os.close(place)


def _become_a_stranger(work: str, readable: list[str], walled: bool) -> None:
    """Give up root's rights. The right to read remains if Landlock already says what may be read.
    Without Landlock the process stays root if another user could not read Python itself.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    if not walled and not all(map(_open_to_all, readable)):
        return
    stranger = STRANGERS + os.getpid() % 4000
    with contextlib.suppress(OSError):  # a container may have no other user
        for folder, _, names in os.walk(work):
            for path in (folder, *(os.path.join(folder, n) for n in names)):
                os.chown(path, stranger, stranger)
        system = ctypes.CDLL(None)
        system.prctl(8, 1, 0, 0, 0)  # PR_SET_KEEPCAPS
        os.setgroups([])
        os.setresgid(stranger, stranger, stranger)
        os.setresuid(stranger, stranger, stranger)
        kept = 1 << 2 if walled else 0  # CAP_DAC_READ_SEARCH
        version = struct.pack("=Ii", 0x20080522, 0)
        system.capset(version, struct.pack("=6I", kept, kept, 0, 0, 0, 0))


def _open_to_all(path: str) -> bool:
    """Whether every user may read a path. A path that does not exist counts as readable."""
    places = [path]
    while places[-1] != os.path.dirname(places[-1]):
        places.append(os.path.dirname(places[-1]))
    modes = [os.stat(p).st_mode for p in places if os.path.exists(p)]
    return all(mode & (1 if stat.S_ISDIR(mode) else 4) for mode in modes)


# --- refusals

NEVER = (
    *("os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn", "os.system", "pty.spawn"),
    *("os.startfile", "os.kill", "os.killpg", "subprocess.Popen", "_winapi.CreateProcess"),
    *("_winapi.OpenProcess", "_winapi.TerminateProcess", "signal.pthread_kill"),
    *("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "resource.prlimit"),
)
CHANGES = (
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime", "os.chflags", "os.setxattr", "os.removexattr"),
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def refusing(work: str, readable: list[str]):
    """Return an audit hook, which Python calls before the actions listed above and before it opens
    a file.
    """
    never, changes, nowhere = frozenset(NEVER), frozenset(CHANGES), (os.devnull, "/dev/null")
    inside, absolute = _inside, os.path.realpath
    own = (absolute(work),)
    known = (*own, *map(absolute, readable))

    def refuse(event, arguments):
        if event in never:
            raise PermissionError(f"homework is checked without {event}")
        if event in changes:
            places = [absolute(os.fsdecode(p)) for p in arguments if isinstance(p, (str, bytes))]
            if not all(inside(p, own) for p in places):
                raise PermissionError("homework is checked without changing files")
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            path = absolute(os.fsdecode(arguments[0]))
            allowed = own if (arguments[2] or 0) & WRITING else known
            if not inside(path, allowed) and path not in nowhere:
                raise PermissionError(f"homework is checked without {path}")

    return refuse


def _inside(path: str, folders) -> bool:
    return any(path == f or path.startswith(f + os.sep) for f in folders)
