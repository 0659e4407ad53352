"""Run a command and print the CPU seconds of it and of every process it left behind: python -m bench.reap COMMAND ...

A fork server's children are not its caller's, so rusage of the caller misses them. This process adopts orphans
(Linux, PR_SET_CHILD_SUBREAPER) and waits for all.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys

PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Run, reap, report."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    code = subprocess.run(sys.argv[1:], check=False, stdout=subprocess.DEVNULL).returncode
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(used.ru_utime + used.ru_stime)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
