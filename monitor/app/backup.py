"""Back up an installation into one file, and restore it so that nothing is told twice by accident.

The file is a tar archive of the database (a consistent copy, taken while runs may go on), rules.yaml and, where
there is one, the signing key. Secrets (the env file) are never in it.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from monitor import config
from monitor.app.deliver import PAUSED
from monitor.app.signing import SIGNING_KEY
from monitor.app.wire import Wire
from monitor.errors import ConfigError, StoreError
from monitor.store import meta, open_store

__all__ = ["Restored", "backup", "restore", "take_over"]

_DATABASE = "stories.db"
_MANIFEST = "backup.json"
_FORMAT = 1
_PARTS = frozenset({_DATABASE, "rules.yaml", SIGNING_KEY, _MANIFEST})


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was restored where, and when the backup was taken."""

    files: tuple[str, ...]
    taken: str


def backup(wire: Wire, target: Path) -> tuple[str, ...]:
    """Write the backup, readable by its owner only; give the names inside. Refuses to overwrite a file."""
    if wire.store.path is None:
        raise ConfigError(
            "This newsroom keeps its stories in PostgreSQL: back it up with pg_dump, and rules.yaml beside it."
        )
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / _DATABASE
        wire.store.backup_to(copy)
        parts = {
            _DATABASE: copy,
            "rules.yaml": wire.folder / "rules.yaml",
            SIGNING_KEY: wire.folder / SIGNING_KEY,
        }
        present = {name: path for name, path in parts.items() if path.is_file()}
        manifest = json.dumps(
            {"format": _FORMAT, "taken": wire.clock().isoformat(timespec="seconds")}
        ).encode()
        _pack(target, manifest, present)
    return tuple(present)


def _pack(target: Path, manifest: bytes, parts: Mapping[str, Path]) -> None:
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        msg = f"The backup cannot be written to {target}: {error.strerror}. Name a new file."
        raise ConfigError(msg) from error
    try:
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            told = tarfile.TarInfo(_MANIFEST)
            told.size = len(manifest)
            archive.addfile(told, io.BytesIO(manifest))
            for name, path in parts.items():
                archive.add(path, arcname=name, recursive=False)
    except OSError as error:
        target.unlink()  # half a backup is worse than none
        msg = f"The backup cannot be written to {target}: {error.strerror}. Nothing was kept."
        raise ConfigError(msg) from error


def restore(source: Path, folder: Path, now: datetime) -> Restored:
    """Restore into a folder that holds no newsroom yet. The copy sends nothing until `take_over`.

    Everything is unpacked, opened and held back aside, and only then put in place: a restore that fails leaves
    nothing that could send. Raises ConfigError, StoreError.
    """
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (
            _undone(folder if made else None),
            tempfile.TemporaryDirectory(prefix=".restoring-", dir=folder) as aside,
        ):
            return _restore(source, folder, Path(aside), now)
    except OSError as error:
        msg = f"{error.filename or folder} cannot be written: {error.strerror}. Restore into a folder of your own."
        raise ConfigError(msg) from error


@contextmanager
def _undone(made: Path | None) -> Iterator[None]:
    """Remove a folder made for nothing."""
    try:
        yield
    except (ConfigError, StoreError):
        if made is not None:
            with suppress(OSError):  # something came into it meanwhile
                made.rmdir()
        raise


def _restore(source: Path, folder: Path, aside: Path, now: datetime) -> Restored:
    manifest = _unpack(source, aside)
    database = _database_name((aside / "rules.yaml").read_text("utf8", errors="replace"))
    names = {"rules.yaml": "rules.yaml", SIGNING_KEY: SIGNING_KEY, _DATABASE: database}
    present = {part: name for part, name in names.items() if (aside / part).exists()}
    there = [name for name in present.values() if (folder / name).exists()]
    if there:
        msg = (
            f"{folder} already has {', '.join(there)}. Restore into an empty folder, or move them away first."
        )
        raise ConfigError(msg)
    _hold_back(aside / _DATABASE, now)
    (folder / database).parent.mkdir(parents=True, exist_ok=True)
    for part, name in reversed(present.items()):  # rules.yaml last: it makes the folder a newsroom
        (aside / part).rename(folder / name)
    return Restored(files=tuple(present.values()), taken=manifest)


def _database_name(rules: str) -> str:
    """Give the file rules.yaml names. A backup may not write outside the folder it is restored into."""
    name = config.guess_database(rules)
    path = Path(name)
    if ":" in name or path.is_absolute() or ".." in path.parts:
        msg = f"The rules.yaml of this backup keeps its database at {name}, outside its folder. Nothing was restored."
        raise ConfigError(msg)
    return name


def _hold_back(database: Path, now: datetime) -> None:
    store = open_store(f"sqlite:///{database.absolute()}", create=False)
    try:
        with store.writing() as tx:
            meta.put(tx, PAUSED, now.isoformat(timespec="seconds"))
    finally:
        store.close()


def _unpack(source: Path, aside: Path) -> str:
    """Unpack what a backup holds, and nothing else; give the instant it was taken."""
    found = set()
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                part = archive.extractfile(member) if member.name in _PARTS and member.isfile() else None
                if part is not None:
                    _copy(part, aside / member.name)
                    found.add(member.name)
        if not {_DATABASE, "rules.yaml", _MANIFEST} <= found:
            msg = f"{source} is no backup made by copytaster backup: the database, rules.yaml or its manifest is missing."
            raise ConfigError(msg)
        told = json.loads((aside / _MANIFEST).read_bytes())
        version, taken = int(told["format"]), str(told["taken"])
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        msg = f"{source} cannot be read as a backup: {getattr(error, 'strerror', None) or error}. Nothing was restored."
        raise ConfigError(msg) from error
    if version > _FORMAT:
        msg = f"{source} was made by a newer version of Copytaster. Update Copytaster. Nothing was restored."
        raise ConfigError(msg)
    return taken


def _copy(part: IO[bytes], target: Path) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(part, file)


def take_over(wire: Wire) -> bool:
    """Let a restored copy send from now on. Gives whether it was holding back."""
    with wire.store.writing() as tx:
        held = bool(meta.get(tx, PAUSED))
        if held:
            meta.put(tx, PAUSED, "")
    return held
