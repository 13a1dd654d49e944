"""Starts a script on several processes, as a reader does, and never waits for it for ever."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MPIEXEC = Path(sys.executable).parent / "mpiexec"  # pip's mpich brings its own
PATIENCE = 120  # seconds for a run that ends well, also on a busy machine


def environment() -> dict:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)]),
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "Agg",
    }


def command(processes: int, script, *arguments) -> list[str]:
    words = [sys.executable, str(script), *map(str, arguments)]
    return words if processes == 0 else [str(MPIEXEC), "-n", str(processes), *words]


def run(processes: int, script, *arguments, cwd=None, patience=PATIENCE):
    """Run a script under mpiexec; with processes=0 without it. Returns what it printed and its
    exit code.
    """
    return subprocess.run(
        command(processes, HERE / script, *arguments),
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=patience,
    )


def start(processes: int, script, *arguments, cwd=None):
    """Start a script under mpiexec, and read its output as it comes."""
    return subprocess.Popen(
        command(processes, HERE / script, *arguments),
        cwd=cwd,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
