"""A routed newsroom for the tests of labels, briefs, silences and routes."""

from __future__ import annotations

from monitor.app.deliver import deliver
from monitor.story import Outlet
from tests.newsrooms import RULES

OUTLETS = {
    "bbc": Outlet(name="bbc", title="BBC", hosts=("bbc.example",), zone="Europe/London"),
    "wire": Outlet(name="wire", title="Morning Wire", hosts=("wire.example",), zone="Asia/Tokyo"),
}

ROUTED = (
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
"""
)
DESK = (
    ROUTED
    + """\
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
