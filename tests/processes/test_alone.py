"""The same script outside of mpiexec, or without mpi4py: one process, which says so once."""

from launching import run

SCRIPT = """
import sys
if "without" in sys.argv:
    sys.modules["mpi4py"] = None
import minidl as keras
distribution = keras.distribution
parallel = distribution.DataParallel(devices=distribution.list_devices())
distribution.set_distribution(parallel)
distribution.set_distribution(parallel)
print(distribution.list_devices(), parallel.num_processes, distribution.distribution() is parallel)
"""


def printed(processes, folder, *arguments):
    script = folder / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return run(processes, script, *arguments)


def test_outside_of_mpiexec(tmp_path):
    for processes in (0, 1):
        done = printed(processes, tmp_path)
        assert done.stdout.splitlines() == [
            "minidl: training on one process; start several with mpiexec -n 4 python script.py.",
            "['cpu:0'] 1 True",
        ]


def test_without_mpi4py(tmp_path):
    said, found = printed(0, tmp_path, "without").stdout.splitlines()
    assert said.startswith("minidl: training on one process; mpi4py cannot be loaded")
    assert 'pip install "minidl[mpi]"' in said and found == "['cpu:0'] 1 True"


def test_several_processes_without_mpi4py_are_refused(tmp_path):
    """Else all of them would write the same files."""
    done = printed(2, tmp_path, "without")
    assert done.returncode != 0 and "2 processes were started" in done.stderr


def test_several_processes_are_devices(tmp_path):
    done = printed(3, tmp_path)
    assert done.stdout.splitlines() == ["['cpu:0', 'cpu:1', 'cpu:2'] 3 True"]
