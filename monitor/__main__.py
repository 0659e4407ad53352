"""`copytaster`, and `python -m monitor`.

The command line is loaded when it is called, not when this is: each parsing child loads the program it came from.
"""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    from monitor.cli import main as run

    run()


if __name__ == "__main__":
    main()
