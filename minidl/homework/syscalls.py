"""System calls that the kernel refuses to the student's process (seccomp's filter mode,
https://docs.kernel.org/userspace-api/seccomp_filter.html). This file imports nothing of minidl.

They concern what files and Landlock do not cover: signals, other processes and their memory, new
programs, permissions, sockets, and memory that outlives the process, in which one process could
leave something for the next.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

# name: its number on x86-64 and on ARM (None: not there)
REFUSED = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "perf_event_open": (298, 241),
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "bpf": (321, 280),
    "io_uring_setup": (425, 425),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "socket": (41, 198),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
}
CLONE, CLONE3, PRLIMIT = (56, 220), (435, 435), (302, 261)
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
LOAD, EQUAL, AT_LEAST, HAS, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # codes of the filter's language
NUMBER, MACHINE, FIRST_ARGUMENT = 0, 4, 16  # where a filter finds them
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
THREAD = 0x10000  # clone's flag for a thread of the same process


def refuse() -> bool:
    """Make the kernel refuse all of the calls above from now on. Returns whether it does. This
    cannot be undone.
    """
    if sys.platform != "linux" or platform.machine() not in MACHINES or sys.maxsize < 2**32:
        return False
    column, machine = MACHINES[platform.machine()]
    steps = b"".join(struct.pack("=HBBI", *step) for step in _filter(column, machine))
    code = ctypes.create_string_buffer(steps)
    program = struct.pack("@HP", len(steps) // 8, ctypes.addressof(code))
    system = ctypes.CDLL(None)
    system.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, which a filter demands
    return system.prctl(22, 2, program, 0, 0) == 0  # PR_SET_SECCOMP


def _filter(column: int, machine: int):
    """Return the instructions of the filter: (code, how many to skip if it holds, how many if not,
    value).
    """
    denied = (RETURN, 0, 0, REFUSE | errno.EPERM)
    yield from [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, machine), denied]
    yield from [(LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, 0x40000000), denied]
    for numbers in REFUSED.values():
        if numbers[column] is not None:
            yield from [(EQUAL, 0, 1, numbers[column]), denied]
    # the C library then takes clone, whose flags can be seen
    yield from [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    flags = (LOAD, 0, 0, FIRST_ARGUMENT)
    # threads, and the limits of this process alone
    yield from [(EQUAL, 0, 4, CLONE[column]), flags, (HAS, 1, 0, THREAD), denied]
    yield (RETURN, 0, 0, ALLOW)
    yield from [(EQUAL, 0, 4, PRLIMIT[column]), flags, (EQUAL, 1, 0, 0), denied]
    yield (RETURN, 0, 0, ALLOW)
    yield (RETURN, 0, 0, ALLOW)
