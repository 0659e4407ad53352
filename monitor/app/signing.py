"""Signed links: who holds one may say of one alert whether it was relevant, and nothing else.

The key is a file of its own beside rules.yaml, made when first needed and readable by its owner only; a backup
carries it, so that links in old messages keep working.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from monitor.errors import ConfigError

__all__ = ["SIGNING_KEY", "sign", "signing_key", "verified"]

SIGNING_KEY = "signing.key"
_BYTES = 32
_SIGNS = 22  # letters of base64: 132 bits


def signing_key(folder: Path) -> bytes:
    """Read the key of a newsroom, made when there is none. Raises ConfigError when others could read it."""
    path = folder / SIGNING_KEY
    if not path.exists():
        try:
            _make(path)
        except OSError as error:
            msg = f"The key that signs links cannot be written to {path}: {error.strerror}."
            raise ConfigError(msg) from error
    return _read(path)


def _make(path: Path) -> None:
    """Write a key aside and put it in place whole: several threads and processes may want it first at once."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another one was first: theirs counts
            os.link(aside, path)
    finally:
        aside.unlink()


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            msg = f"{path} signs links and others can read it. Run: chmod 600 {path}"
            raise ConfigError(msg)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        msg = (
            f"{path} cannot be read as a key. Restore it from a backup, or delete it: old links stop working."
        )
        raise ConfigError(msg) from error
    if len(key) < _BYTES:
        msg = f"{path} holds no key of {_BYTES} bytes. Restore it from a backup, or delete it: old links stop working."
        raise ConfigError(msg)
    return key


def sign(key: bytes, *what: str | int) -> str:
    """Give the signature of what a link says, fit for an address."""
    text = "\n".join(map(str, what)).encode()
    return base64.urlsafe_b64encode(hmac.digest(key, text, "sha256")).decode("ascii")[:_SIGNS]


def verified(key: bytes, signature: str, *what: str | int) -> bool:
    """Tell whether a signature is of this; takes as long for a wrong one as for a right one."""
    return hmac.compare_digest(sign(key, *what).encode(), signature.encode("utf8", "replace"))
