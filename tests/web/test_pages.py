"""The pages of serve, over a real server: what a link opens, what a button does, what is refused."""

from __future__ import annotations

import http.client
import re
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import pytest

uvicorn = pytest.importorskip("uvicorn", reason="the extra web is not installed")

from monitor.app.feeds import feed_path  # noqa: E402
from monitor.app.labels import feedback_links  # noqa: E402
from monitor.app.signing import signing_key  # noqa: E402
from monitor.store import labels, outbox  # noqa: E402
from monitor.web.pages import application  # noqa: E402
from tests.desks import DESK, OUTLETS, env  # noqa: E402
from tests.newsrooms import newsroom, story  # noqa: E402

PUBLIC = "https://desk.example/ct"
RULES = DESK.replace("settings: {", f'settings: {{public: "{PUBLIC}", ')


class Quiet(uvicorn.Server):
    def install_signal_handlers(self):
        """Threads have none."""


@contextmanager
def serving(wire):
    config = uvicorn.Config(
        lambda *_: None, host="127.0.0.1", port=0, log_level="critical", access_log=False, lifespan="off"
    )
    server = Quiet(config)
    import socket

    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    config.app = application(wire, OUTLETS, listens=f"127.0.0.1:{port}")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield port
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@pytest.fixture
def desk(tmp_path):
    with newsroom(tmp_path, RULES, env=env(1)) as room:
        room.baseline()
        room.poll(story("Cameras follow Uyghur <script>alert(1)</script> poet"))
        with room.wire.store.reading() as tx:
            rows = [r for n in range(1, 12) if (r := outbox.alert(tx, n)) and r.story]
        row = next(r for r in rows if r.alert.recipient.address == "editor@desk.example")
        yes, no = feedback_links(room.wire.newsroom, signing_key(tmp_path), row, "x")
        with serving(room.wire) as port:
            yield room, port, urlsplit(yes).path, urlsplit(no).path


def ask(port, method, path, body="", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    given = {"Host": f"127.0.0.1:{port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    connection.request(method, path, body or None, {k: v for k, v in given.items() if v})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def form(page):
    return urlencode({"token": re.search(r'name="token" value="([^"]+)"', page)[1]})


def post(port, path, body, **headers):
    given = {
        "Origin": f"http://127.0.0.1:{port}",
        "Content_Type": "application/x-www-form-urlencoded",
    } | headers
    return ask(port, "POST", path, body, **given)


def on_record(room):
    with room.wire.store.reading() as tx:
        return [(r.rule, r.person, r.verdict) for r in labels.for_story(tx, 1)]


def test_a_link_opens_a_page_with_one_button_and_changes_nothing(desk):
    room, port, yes, no = desk
    for path in (yes, no):
        for method in ("GET", "HEAD"):
            answer, page = ask(port, method, path)
            assert answer.status == 200
    assert page == ""
    _, page = ask(port, "GET", no)
    assert page.count("<button") == 1
    assert "&lt;script&gt;" in page
    assert "<script" not in page
    assert "editor@desk.example" in page
    assert on_record(room) == []


def test_the_button_labels_every_rule_of_the_alert(desk):
    room, port, yes, no = desk
    _, page = ask(port, "GET", yes)
    answer, thanks = post(port, yes, form(page))
    assert answer.status == 200
    assert "Relevant, says" in thanks
    assert on_record(room) == [
        ("Uyghurs", "editor@desk.example", "relevant"),
        ("Surveillance", "editor@desk.example", "relevant"),
    ]
    _, page = ask(port, "GET", no)
    post(port, no, form(page))
    assert [v for *_, v in on_record(room)] == ["relevant"] * 2 + ["not relevant"] * 2


def test_a_stripped_path_works_too(desk):
    _, port, yes, _ = desk
    assert ask(port, "GET", yes.removeprefix("/ct"))[0].status == 200


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Content_Type": "text/plain"}, 403),
        ({"body": "token=nonsense"}, 403),
        ({"body": "a=b"}, 403),
        ({"body": "x" * 20_000}, 413),
    ],
)
def test_what_does_not_come_from_the_page_changes_nothing(desk, spoil, status):
    room, port, yes, _ = desk
    given = dict(spoil)
    body = given.pop("body", None) or form(ask(port, "GET", yes)[1])
    assert post(port, yes, body, **given)[0].status == status
    assert on_record(room) == []


def test_a_form_of_one_page_does_not_serve_another(desk):
    room, port, yes, no = desk
    body = form(ask(port, "GET", yes)[1])
    assert post(port, no, body)[0].status == 403
    assert on_record(room) == []


@pytest.mark.parametrize("at", range(1, 5))
def test_altered_links_are_refused(desk, at):
    room, port, yes, _ = desk
    alert, word, token = yes.split("/")[-3:]
    flipped = ("A" if token[0] != "A" else "B") + token[1:]
    path = {
        1: f"/label/{int(alert) + 1}/{word}/{token}",
        2: f"/label/{alert}/irrelevant/{token}",
        3: f"/label/{alert}/{word}/{flipped}",
        4: f"/label/{alert}/nonsense/{token}",
    }[at]
    for method in ("GET", "POST"):
        answer, page = post(port, path, "token=x") if method == "POST" else ask(port, "GET", path)
        assert answer.status == 403
        assert "Cameras" not in page
    assert on_record(room) == []


@pytest.mark.parametrize("path", ["/", "/style.css", "/nowhere", "yes"])
def test_every_answer_has_its_headers(desk, path):
    _, port, yes, _ = desk
    answer, _ = ask(port, "GET", yes if path == "yes" else path)
    policy = answer.getheader("Content-Security-Policy")
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cache-Control") == "no-store"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/", "/style.css", "yes"])
def test_other_methods_are_refused(desk, method, path):
    _, port, yes, _ = desk
    assert ask(port, method, yes if path == "yes" else path)[0].status == 405


def test_every_route_refuses_a_foreign_host(desk):
    _, port, yes, _ = desk
    for path in ("/", "/style.css", yes, "/feeds/x/y.atom"):
        assert ask(port, "GET", path, Host="rebound.example")[0].status == 403


def test_pages_load_nothing_from_elsewhere(desk):
    _, port, yes, _ = desk
    _, page = ask(port, "GET", yes)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


def test_feeds_are_served_to_who_knows_their_address(desk):
    room, port, _, _ = desk
    path = feed_path(signing_key(room.wire.folder), "Uyghurs", "atom")
    answer, text = ask(port, "GET", path)
    assert answer.status == 200
    assert answer.getheader("Content-Type").startswith("application/atom+xml")
    assert "Cameras follow Uyghur" in text
    token, name = path.split("/")[-2:]
    assert ask(port, "GET", f"/feeds/{token[:-1]}x/{name}")[0].status == 404
    assert ask(port, "GET", path.replace(".atom", ".html"))[0].status == 404
