"""What one poll costs, next to the peers, in one run: CPU milliseconds a source, user and system, children included.

    python -m bench.poll [--sources 1000] [--rounds 3] [--reader]

Cases: first fetch; 200 unchanged; 304; 200 with one new entry. Peers: bare Scrapy (fetches, parses nothing), Scrapy
with feedparser as it comes, and lemon24's reader in a virtual environment of its own (--reader installs it there).
Start-up is part of each figure: a pass is one process, as under cron. Real feed bodies are used when they are there.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
CASES = ("first", "same", "304", "new")


def shared_bodies() -> Path | None:
    """Find recorded feeds, if any."""
    named = os.environ.get("COPYTASTER_SHARED_DATA")
    for folder in filter(None, (named and Path(named), ROOT.parent / "shared/data")):
        if (folder / "feeds").is_dir():
            return folder / "feeds"
    return None


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """Run a command and give the CPU seconds of it and all its descendants."""
    reaper = [sys.executable, "-m", "bench.reap", *command]
    done = subprocess.run(reaper, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stderr[-3000:]}")
    return float(done.stdout)


def reader_python(folder: Path) -> str | None:
    """Make the environment of lemon24's reader; None, saying so, when that fails."""
    home = folder / "reader-env"
    made = subprocess.run([sys.executable, "-m", "venv", str(home)], check=False, capture_output=True)
    python = str(home / "bin/python")
    wanted = "reader>=3.27" if sys.version_info >= (3, 12) else "reader<3.27"
    pins = [] if sys.version_info >= (3, 12) else ["feedparser<6.0.13"]
    got = subprocess.run(
        [python, "-m", "pip", "install", "-q", wanted, *pins], check=False, capture_output=True
    )
    if made.returncode or got.returncode:
        print("reader: not measured, it could not be installed", got.stderr.decode()[-300:])
        return None
    return python


def measure(
    peers: dict[str, str], sources: int, rounds: int, folder: Path
) -> dict[tuple[str, str], list[float]]:
    """Run every peer through every case, round by round, so that drift of the machine meets all alike."""
    state = folder / "state"
    state.write_text("first")
    bodies = shared_bodies()
    command = [
        sys.executable,
        "-m",
        "bench.feedserver",
        str(state),
        *(["--bodies", str(bodies)] if bodies else []),
    ]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    found: dict[tuple[str, str], list[float]] = {}
    try:
        for number in range(rounds):
            for case in CASES:
                state.write_text(case)
                for peer, python in peers.items():
                    home = folder / f"{peer}-{number}"
                    home.mkdir(exist_ok=True)
                    worker = [python, str(HERE / "poll_peers.py"), peer, case, port, str(sources), str(home)]
                    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
                    found.setdefault((peer, case), []).append(cpu(worker, environment))
    finally:
        server.terminate()
        server.wait()
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reader", action="store_true", help="install and measure lemon24's reader too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        peers = dict.fromkeys(("scrapy", "scrapy+feedparser", "copytaster"), sys.executable)
        if given.reader:
            python = reader_python(Path(scratch))
            peers |= {"reader": python} if python else {}
        found = measure(peers, given.sources, given.rounds, Path(scratch))
    print(
        f"CPU ms a source, {given.sources} sources, median of {given.rounds} rounds (min-max); start-up included"
    )
    print(f"{'':20}" + "".join(f"{case:>26}" for case in CASES))
    for peer in peers:
        cells = []
        for case in CASES:
            ms = [1000 * s / given.sources for s in found[peer, case]]
            cells.append(f"{statistics.median(ms):8.2f} ({min(ms):.2f}-{max(ms):.2f})".rjust(26))
        print(f"{peer:20}" + "".join(cells))
    for case in CASES:
        ours = statistics.median(found["copytaster", case])
        ratios = [f"{p} {statistics.median(found[p, case]) / ours:.2f}" for p in peers if p != "copytaster"]
        print(f"{case}: peer / copytaster: " + ", ".join(ratios))


if __name__ == "__main__":
    main()
