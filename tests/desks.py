"""A routed newsroom for the tests of labels, briefs, silences and routes."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass

from monitor.app.deliver import deliver
from monitor.cli import main
from monitor.story import Outlet
from tests.newsrooms import RULES

OUTLETS = {
    "bbc": Outlet(name="bbc", title="BBC", hosts=("bbc.example",), zone="Europe/London"),
    "wire": Outlet(name="wire", title="Morning Wire", hosts=("wire.example",), zone="Asia/Tokyo"),
}

DESK = (
    RULES
    + """
operator: {name: The desk, mail: ops@desk.example, to: [ops]}
channels:
  desk-mail: {url: "env:DESK", to: [editor@desk.example, deputy@desk.example]}
  hook: {url: "env:HOOK"}
  ops: {url: "env:OPS", to: [ops@desk.example]}
routes:
  - {to: [desk-mail], when: at once}
  - {rules: [Surveillance], to: [hook], when: at once}
briefs:
  weekly: {title: Weekly Brief, when: Friday 09:00, sections: [News, Surveillance], to: [desk-mail], editor: [ops]}
settings: {contact: "https://desk.example/about", replies: answers@desk.example, mailbox: "env:MAILBOX"}
"""
)


def env(port, *, hook=1, mailbox=""):
    return {
        "DESK": f"mailto://127.0.0.1:{port}?from=desk@desk.example",
        "OPS": f"mailto://127.0.0.1:{port}?from=desk@desk.example",
        "HOOK": f"webhook://s3cret@127.0.0.1:{hook}/in",
        "MAILBOX": mailbox,
    }


def send(room):
    return deliver(room.wire, OUTLETS, "test")


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


def call(*arguments: object) -> Done:
    """Run a command in this process."""
    out, err = io.StringIO(), io.StringIO()
    code: object = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(a) for a in arguments])
        except SystemExit as end:
            code = end.code
    return Done(int(code or 0), out.getvalue(), err.getvalue())
