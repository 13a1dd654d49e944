"""What is asked of MPI, with a stand-in for it. The real one is used in tests/processes."""

import os
import subprocess
import sys
import types

import numpy as np
import pytest

import minidl
from minidl import distribution
from minidl.distribution import buffers, mpi


class Later:
    """An exchange that is over when it was looked at a few times."""

    def __init__(self, looks):
        self.looks = looks

    def Test(self):
        self.looks -= 1
        return self.looks <= 0


class Window:
    def __init__(self, memory, calls):
        self.memory, self.calls = memory, calls

    def Shared_query(self, rank):
        return self.memory[rank], 1

    def Lock_all(self):
        self.calls.append("lock")

    def Sync(self):
        self.calls.append("sync")


class Comm:
    """Process `rank` of `size`, whose others send what is in `rows`."""

    def __init__(self, rank=1, size=3, near=3):
        self.rank, self.size, self.near, self.calls = rank, size, near, []

    def Dup(self):
        return self

    def Get_rank(self):
        return self.rank

    def Get_size(self):
        return self.size

    def Split_type(self, kind):
        assert kind == "shared"
        return Comm(0, self.near)

    def Iallgather(self, values, rows):
        assert values.flags.c_contiguous
        self.calls.append("gather")
        rows[...] = values
        return Later(3)

    def Iallreduce(self, place, array):
        assert place == "in place"
        array *= self.size
        return Later(103)

    def bcast(self, thing):
        return ["from 0", thing]

    def Abort(self, code):
        self.calls.append(("abort", code))


def module(comm):
    def allocate(size, unit, comm):
        comm.calls.append((size, unit))
        return Window([bytearray(size) for _ in range(comm.size)], comm.calls)

    return types.SimpleNamespace(
        COMM_WORLD=comm,
        COMM_TYPE_SHARED="shared",
        IN_PLACE="in place",
        Win=types.SimpleNamespace(Allocate_shared=allocate),
    )


def test_a_communicator_asks_mpi(monkeypatch):
    comm = Comm()
    ours = mpi.Communicator(module(comm))
    assert (ours.rank, ours.size) == (1, 3)
    rows = ours.gather(np.arange(6).reshape(2, 3).T)
    np.testing.assert_array_equal(rows, [np.arange(6).reshape(2, 3).T] * 3)
    numbers, slept = np.array([1.0, 2.0]), []
    monkeypatch.setattr(mpi.time, "sleep", slept.append)
    ours.reduce_in_place(numbers)
    assert numbers.tolist() == [3, 6] and slept == [mpi._SLEEP] * 2  # after 100 quick looks
    assert ours.from_first("x") == ["from 0", "x"]
    ours.abort(7)
    assert comm.calls == ["gather", ("abort", 7)]


def test_memory_is_shared_where_there_is_enough(monkeypatch):
    asked = []
    monkeypatch.setattr(mpi, "has_room", lambda size: asked.append(size) or True)
    comm = Comm(rank=1)
    ours = mpi.Communicator(module(comm))
    buffer = ours.buffer(5, np.float64)
    assert ours.buffer(5, "float64") is buffer and ours.buffer(6, np.float64) is not buffer
    assert asked == [5 * 8 * 3, 6 * 8 * 3] and comm.calls[:3] == ["gather", (40, 8), "lock"]
    for p, array in enumerate(buffer.arrays):
        array[:] = 10.0**p
    assert buffer.own is buffer.arrays[1] and buffer.part == slice(1, 3)
    comm.calls.clear()
    total = buffer.add_up()  # each process adds its part: here the second of three
    assert total.tolist() == [1, 111, 111, 1, 1] and comm.calls == ["sync", "gather", "sync"] * 2
    parts = [mpi.Communicator(module(Comm(rank))).buffer(5, "float32").part for rank in range(3)]
    assert parts == [slice(0, 1), slice(1, 3), slice(3, 5)]
    monkeypatch.setattr(mpi, "has_room", lambda size: False)
    assert type(mpi.Communicator(module(Comm())).buffer(5, np.float64)) is buffers.SentBuffer
    monkeypatch.setattr(mpi, "has_room", lambda size: True)
    far = mpi.Communicator(module(Comm(near=2)))  # not all on one machine
    assert type(far.buffer(5, np.float64)) is buffers.SentBuffer


@pytest.mark.parametrize(("free", "enough"), [(200, False), (201, True)])
def test_room_for_shared_memory(free, enough, monkeypatch):
    monkeypatch.setattr(buffers.os.path, "isdir", lambda path: path == "/dev/shm")
    monkeypatch.setattr(buffers.shutil, "disk_usage", lambda path: types.SimpleNamespace(free=free))
    assert buffers.has_room(100) == enough
    monkeypatch.setattr(buffers.os.path, "isdir", lambda path: False)
    assert not buffers.has_room(100)


def test_who_is_found(monkeypatch):
    for name in mpi._COUNTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "argv", ["/some/train.py"])
    for comm, alone in ((Comm(), False), (Comm(0, 2, 2), False), (Comm(0, 1, 1), True)):
        monkeypatch.setitem(sys.modules, "mpi4py", types.SimpleNamespace(MPI=module(comm)))
        communicator, reason = mpi.found()
        assert (communicator is None) == alone
        assert reason == ("start several with mpiexec -n 4 python train.py" if alone else "")
    monkeypatch.setenv("PMI_SIZE", "1")
    monkeypatch.setenv("MV2_COMM_WORLD_SIZE", "")
    assert mpi.found()[0] is None
    monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
    with pytest.raises(RuntimeError, match="2 processes were started, and they cannot find each"):
        mpi.found()


def test_the_processes_join(monkeypatch):
    """All draw as process 0 does, end together, and only process 0 speaks."""
    said = []
    comm = types.SimpleNamespace(rank=1, size=2, from_first=lambda thing: (77, 3))
    monkeypatch.setattr(distribution.mpi, "found", lambda: (comm, ""))
    monkeypatch.setattr(
        distribution,
        "Faults",
        lambda c: types.SimpleNamespace(end="end", watch=lambda bye: said.append(bye)),
    )
    monkeypatch.setattr(distribution, "_only_the_first_speaks", said.append)
    monkeypatch.setattr(distribution.Here, "rank", 0)
    team = distribution._joined()
    assert (team.rank, team.size, team.end, distribution.Here.rank) == (1, 2, "end", 1)
    assert said[1] == 1 and minidl.random.library_state() == (77, 3)
    comm.gather = lambda row: np.stack([row, row + np.array([1, 0])])
    with pytest.raises(RuntimeError, match="process 0 at the end of the script"):
        team.PLACES = (*team.PLACES, "beyond")
        said[0]()


def run_alone(lines):
    root = os.path.dirname(os.path.dirname(minidl.__file__))
    code = "import sys, os, warnings\nfrom minidl import distribution\n" + lines
    environment = {k: v for k, v in os.environ.items() if k != "MPLBACKEND"}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=environment, capture_output=True, text=True
    )


def test_only_the_first_speaks():
    lines = (
        "class matplotlib:\n    use = lambda name: print('uses', name, file=sys.stderr)\n"
        "sys.modules['matplotlib'] = matplotlib\nprint('before')\n"
        "distribution._only_the_first_speaks({})\n"
        "print('heard')\nwarnings.warn('a warning')\n"
        "print(os.environ.get('MPLBACKEND'), sys.stdout.line_buffering, file=sys.stderr)"
    )
    other = run_alone(lines.format(1))
    assert (other.stdout, other.stderr.lower()) == ("before\n", "uses agg\nagg false\n")
    first = run_alone(lines.format(0))
    assert (
        first.stdout == "before\nheard\n"
        and "a warning" in first.stderr
        and "None True" in first.stderr
    )
