"""What arrived, as files to look at: each mail as it came and as a page, each webhook call as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.demo.passing import Passed
from monitor.demo.rulebook import EDITOR
from monitor.demo.sink import Mail, Sink

__all__ = ["RECEIVED", "Kept", "keep"]

RECEIVED = "received"  # the folder, beside rules.yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The files. `alert` is the one to look at first; None when no alert with an HTML part came."""

    alert: Path | None
    mails: tuple[Path, ...]
    pages: tuple[Path, ...]
    hooks: tuple[Path, ...]


def keep(home: Path, sink: Sink, passes: Sequence[Passed]) -> Kept:
    """Write everything that arrived into the folder RECEIVED."""
    folder = home / RECEIVED
    folder.mkdir()
    number = {t.sent.message.key: n for n, done in enumerate(passes, start=1) for t in done.told}
    mails, pages, alert = [], [], None
    for mail in sink.mails:
        name = _free(folder, f"pass-{number.get(mail.key, 0)}-{mail.recipient}", ".eml")
        mails.append(_write(folder / f"{name}.eml", mail.content))
        if mail.html:
            pages.append(_write(folder / f"{name}.html", mail.html.encode()))
            alert = pages[-1] if _first_alert(mail, number, found=alert is not None) else alert
    hooks = []
    for hook in sink.hooks:
        name = _free(folder, f"pass-{number.get(hook.key, 0)}-webhook", ".json")
        call = json.dumps(json.loads(hook.body), ensure_ascii=False, indent=2)
        hooks.append(_write(folder / f"{name}.json", call.encode()))
    return Kept(alert=alert, mails=tuple(mails), pages=tuple(pages), hooks=tuple(hooks))


def _first_alert(mail: Mail, number: dict[str, int], *, found: bool) -> bool:
    """Whether this is the first message to the editor after the baseline."""
    return not found and mail.recipient == EDITOR and number.get(mail.key, 0) > 1


def _free(folder: Path, name: str, ending: str) -> str:
    plain = re.sub(r"[^\w@.-]+", "-", name)
    count = len(list(folder.glob(f"{plain}*{ending}")))
    return f"{plain}-{count + 1}" if count else plain


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
