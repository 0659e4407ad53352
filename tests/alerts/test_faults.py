"""The fault matrix: what every answer of a receiver comes to, for the four kinds of sender, on real loopback servers.

E-mail has answers of its own (tests/alerts/test_email.py, FAULTS); the others speak HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from monitor.alerts import Receipt, render, sender_for
from monitor.alerts.chat import send_chat
from monitor.alerts.chatworker import ChatWorker
from monitor.errors import DeliveryError, Fate
from tests.alerts.made import HEAD, envelope, telling
from tests.alerts.servers import GIBBERISH, HANG_UP, SILENCE, Web, web
from tests.alerts.test_email import FAULTS

RENDERED = render.message([telling()], HEAD)
TOKEN = "3ccdd113474722377935511fc85d3dd4"
URLS = {
    "webhook": f"webhook://{TOKEN}@127.0.0.1:PORT/in",
    "chat": f"mmost://127.0.0.1:PORT/{TOKEN}",
    "push": "ntfy://127.0.0.1:PORT/topic",
}
NOBODY = "nobody"

REPLIES: list[tuple[int | str, Fate]] = [
    (301, Fate.DEAD), (302, Fate.DEAD), (303, Fate.DEAD), (307, Fate.DEAD), (308, Fate.DEAD),
    (400, Fate.DEAD), (401, Fate.DEAD), (403, Fate.DEAD), (404, Fate.DEAD), (405, Fate.DEAD), (410, Fate.DEAD),
    (413, Fate.DEAD), (415, Fate.DEAD), (422, Fate.DEAD),
    (408, Fate.RETRY), (409, Fate.RETRY), (425, Fate.RETRY), (429, Fate.RETRY),
    (500, Fate.RETRY), (501, Fate.RETRY), (502, Fate.RETRY), (503, Fate.RETRY), (504, Fate.RETRY), (599, Fate.RETRY),
    (NOBODY, Fate.RETRY), (HANG_UP, Fate.UNKNOWN), (GIBBERISH, Fate.UNKNOWN),
]  # fmt: skip

Send = Callable[[str], Receipt]


@pytest.fixture(scope="module")
def worker() -> Iterator[ChatWorker]:
    with ChatWorker() as running:
        yield running


@pytest.fixture(scope="module")
def server() -> Iterator[Web]:
    with web() as running:
        yield running


def send(kind: str, port: int, worker: ChatWorker) -> Receipt:
    url = URLS[kind].replace("PORT", str(port))
    if kind == "webhook":
        return sender_for(url)(url, envelope(), RENDERED)
    return send_chat(url, envelope(), RENDERED, worker)


@pytest.mark.parametrize(("reply", "fate"), REPLIES)
@pytest.mark.parametrize("kind", URLS)
def test_what_an_answer_comes_to(
    kind: str, reply: int | str, fate: Fate, server: Web, worker: ChatWorker
) -> None:
    server.posts.clear()
    server.status, server.act = (reply, "") if isinstance(reply, int) else (200, reply)
    server.body = f"no, {TOKEN}".encode()
    server.headers = {"Location": f"http://127.0.0.1:{server.port}/elsewhere"}
    port = server.port
    if reply == NOBODY:
        with web() as gone:
            port = gone.port
    with pytest.raises(DeliveryError) as caught:
        send(kind, port, worker)
    assert caught.value.fate is fate
    assert TOKEN not in caught.value.detail
    assert len(server.posts) == (reply != NOBODY)  # asked once, and no redirect was followed


@pytest.mark.parametrize("kind", URLS)
def test_an_acceptance_is_one(kind: str, server: Web, worker: ChatWorker) -> None:
    server.posts.clear()
    server.status, server.act, server.body = 200, "", b"{}"
    assert send(kind, server.port, worker).detail
    assert len(server.posts) == 1


def test_silence_is_unknown_for_chat_and_push() -> None:
    for kind in ("chat", "push"):
        with web(act=SILENCE) as silent, ChatWorker(time_limit=1.0) as impatient:
            with pytest.raises(DeliveryError) as caught:
                send(kind, silent.port, impatient)
            assert caught.value.fate is Fate.UNKNOWN


def test_the_matrix_is_as_large_as_it_says() -> None:
    assert len(URLS) + 1 >= 4  # and e-mail
    assert len(dict(REPLIES)) >= 20
    assert len({(step, answer) for step, answer, _ in FAULTS}) >= 20
