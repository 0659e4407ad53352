"""`python -m monitor` is `copytaster`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
