"""What the tests of files and downloads share."""

import os
import subprocess
import sys
from pathlib import Path

from minidl.support import disk as files


class Child(subprocess.Popen):
    """Another Python that runs `code` and can import this minidl."""

    def __init__(self, code, *arguments):
        command, pipe = [sys.executable, "-c", code, *arguments], subprocess.PIPE
        environment = {**os.environ, "PYTHONPATH": str(Path(files.__file__).parents[2])}
        super().__init__(command, env=environment, stdin=pipe, stdout=pipe, text=True)

    def read_line(self):
        assert self.stdout
        return self.stdout.readline().strip()

    def write_line(self, line):
        assert self.stdin
        self.stdin.write(line + "\n")
        self.stdin.flush()
