"""Watches the processes of a run on one machine, and names the first that is killed.

    python watcher.py FOLDER SIZE COUNT

A program of its own, which mpiexec does not end with the others. COUNT processes on this machine
connect to the socket in the folder, and send their number and process id. A process that ends well
sends a dot before; one that is killed cannot. SIZE is the number of all processes.
"""

import contextlib
import os
import selectors
import shutil
import socket
import sys


def main(folder: str, size: str, count: str) -> None:
    """Wait for the end of the run. Say which process was killed, unless another one has spoken."""
    shared: set[str] = set()
    try:
        killed = watch(os.path.join(folder, "socket"), int(count), shared)
        if killed and may_speak(folder):
            number, pid = killed.split()
            sys.stderr.write(
                f"\nminidl: process {number} of {size} (pid {pid}) was killed, perhaps by the "
                f"system for want of memory, so all {size} end.\n"
            )
            sys.stderr.flush()
    except TimeoutError:  # a process failed before it could connect, and has said so
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for path in shared:  # MPICH leaves it when processes are killed, until the next start
            with contextlib.suppress(OSError):
                os.unlink(path)


def watch(place: str, count: int, shared: set[str]) -> str:
    """Wait until the processes have connected to the socket at this place, and then for their end.
    Returns who was killed first, or ''. Adds the files of their shared memory to `shared`.
    """
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as open_ones:
        door.bind(place)
        door.listen(count)
        door.settimeout(30)  # seconds
        os.write(1, b".")  # the others may connect
        for _ in range(count):
            connection, _ = door.accept()
            person = first_line(connection)
            open_ones.register(connection, selectors.EVENT_READ, person)
            shared |= shared_memory_of(person.rpartition(" ")[2])
        return first_killed(open_ones)


def first_line(connection) -> str:
    """Read the number and the id of a process, and not the dot that may follow."""
    line = b""
    while not line.endswith(b"\n"):
        line += connection.recv(1) or b"\n"
    return line.decode().strip()


def shared_memory_of(pid: str) -> set[str]:
    """Return the files of MPICH's shared memory that a process uses; where Linux does not tell,
    none.
    """
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as lines:
            paths = {line.split()[-1] for line in lines if "/" in line}
    except OSError:
        return set()
    return {path for path in paths if path.startswith("/dev/shm/mpich_")}


def first_killed(open_ones) -> str:
    """Return the number and the id of the first process that ended without a dot; '' if none.

    Linux lists what has happened in the order in which it happened: the first is the cause, and the
    others were ended by mpiexec.
    """
    while open_ones.get_map():
        for key, _ in open_ones.select():
            if key.fileobj.recv(1) != b".":
                return key.data
            open_ones.unregister(key.fileobj)
    return ""


def may_speak(folder: str) -> bool:
    """Whether nobody on this machine has said yet why the run ends. Only one may."""
    try:
        os.close(os.open(os.path.join(folder, "said"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    main(*sys.argv[1:])
