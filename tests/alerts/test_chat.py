"""Chat and push: what the services are sent, and what their answers mean."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from monitor.alerts import PartlyDelivered, Rendered, check_url, render
from monitor.alerts.chat import send_chat
from monitor.alerts.chatworker import ChatWorker
from monitor.errors import ConfigError, DeliveryError, Fate
from tests.alerts.made import HEAD, HEADLINE, envelope, telling
from tests.alerts.servers import HANG_UP, SILENCE, Post, Services, services, web

RENDERED = render.message([telling()], HEAD)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"
DISCORD = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544"
TEAMS = "workflows://prod-00.example.com/643a8d0b1c2d3e4f5a6b7c8d9e0f1a2b/signature_xyz123456"
SERVICES = [SLACK, DISCORD, TELEGRAM, TEAMS]
EVIL = "<!channel> @everyone [bbc](https://evil.example) <https://evil.example|bbc> *b* _i_ <b>x</b> &amp;"


def texts(post: Post) -> str:
    """Every string in a payload."""

    def walk(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for inner in value.values() for text in walk(inner)]
        if isinstance(value, list):
            return [text for inner in value for text in walk(inner)]
        return [value] if isinstance(value, str) else []

    return "\n".join(walk(json.loads(post.body)))


@dataclass(frozen=True)
class Real:
    """The services under their real names, and the process that sends to them."""

    services: Services
    worker: ChatWorker

    def sent(self, url: str, rendered: Rendered) -> list[Post]:
        self.services.status = 0
        self.services.posts.clear()
        assert "accepted" in send_chat(url, envelope(), rendered, self.worker).detail
        return list(self.services.posts)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    folder = tmp_path_factory.mktemp("services")
    with services(folder) as standing, pytest.MonkeyPatch.context() as environment, ChatWorker() as worker:
        for name, value in standing.environment.items():
            environment.setenv(name, value)
        yield Real(standing, worker)


@pytest.mark.parametrize("url", SERVICES, ids=lambda u: u.split(":")[0])
def test_the_real_payload_tells_the_story_and_lets_nothing_act(url: str, real: Real) -> None:
    rendered = render.message([telling(headline=f"{HEADLINE} {EVIL}")], HEAD)
    (post,) = real.sent(url, rendered)
    said = texts(post)
    assert "wire.example/tech/2021/patent" in said.replace("\\-", "-").replace("\\_", "_")
    assert "Surveillance technology" in said
    assert not re.search(r"<[!@#]|@(everyone|here|channel)|(?<!\\)\]\(https://evil|https?://evil", said)
    assert not re.search(rb"image|avatar|icon|github", post.body)
    assert "<b>" not in said
    payload = json.loads(post.body)
    assert payload.get("mrkdwn", False) is False
    assert "allow_mentions" not in payload


@pytest.mark.parametrize("url", SERVICES, ids=lambda u: u.split(":")[0])
def test_many_stories_come_in_parts_each_whole(url: str, real: Real) -> None:
    count = 9 if url != TEAMS else 3  # apprise sends Teams one part every few seconds
    rendered = render.message([telling(headline=f"Headline {n:02d} end") for n in range(count)], HEAD)
    posts = real.sent(url, rendered)
    for number in range(count):
        assert sum(f"Headline {number:02d} end" in texts(post) for post in posts) == 1


ANSWERS = [
    (301, Fate.DEAD), (307, Fate.DEAD), (400, Fate.DEAD), (401, Fate.DEAD), (403, Fate.DEAD), (404, Fate.DEAD),
    (405, Fate.DEAD), (410, Fate.DEAD), (413, Fate.DEAD), (422, Fate.DEAD),
    (408, Fate.RETRY), (409, Fate.RETRY), (429, Fate.RETRY),
    (500, Fate.RETRY), (502, Fate.RETRY), (503, Fate.RETRY), (504, Fate.RETRY),
]  # fmt: skip


@pytest.mark.parametrize(("status", "fate"), ANSWERS)
@pytest.mark.parametrize("url", SERVICES, ids=lambda u: u.split(":")[0])
def test_what_a_refusal_means(url: str, status: int, fate: Fate, real: Real) -> None:
    real.services.status = status
    real.services.posts.clear()
    with pytest.raises(DeliveryError) as caught:
        send_chat(url, envelope(), RENDERED, real.worker)
    assert caught.value.fate is fate
    assert len({post.path for post in real.services.posts}) == 1  # no redirect was followed


@pytest.mark.parametrize("act", [HANG_UP, SILENCE])
def test_no_answer_is_unknown(act: str) -> None:
    with web(act=act) as server, pytest.raises(DeliveryError) as caught:
        send_chat(f"mmost://127.0.0.1:{server.port}/3ccdd113474722377935511fc85d3dd4", envelope(), RENDERED)
    assert caught.value.fate is Fate.UNKNOWN


def test_a_service_that_gets_too_much_is_left_alone_for_a_while() -> None:
    stories = render.message([telling(headline=f"{n} {HEADLINE}") for n in range(40)], HEAD)
    with web() as server, ChatWorker() as worker:
        url = f"mmost://127.0.0.1:{server.port}/tokentokentoken"
        server.plan = [429]
        with pytest.raises(DeliveryError) as caught:
            send_chat(url, envelope(), RENDERED, worker)
        assert (caught.value.fate, caught.value.retry_after) == (Fate.RETRY, 60)
        server.plan = [200, 429]
        with pytest.raises(PartlyDelivered) as partly:
            send_chat(url, envelope(), stories, worker)
        assert (partly.value.parts_done, partly.value.retry_after) == (1, 60)
        server.plan = [503]
        with pytest.raises(DeliveryError) as later:
            send_chat(url, envelope(), RENDERED, worker)
        assert later.value.retry_after is None


def test_nobody_listening_is_tried_again() -> None:
    with web() as server:
        port = server.port
    with pytest.raises(DeliveryError) as caught:
        send_chat(f"mmost://127.0.0.1:{port}/3ccdd113474722377935511fc85d3dd4", envelope(), RENDERED)
    assert caught.value.fate is Fate.RETRY


def test_what_was_handed_over_is_not_repeated() -> None:
    rendered = render.message([telling(headline=f"Headline {n:02d} end") for n in range(30)], HEAD)
    with web() as server:
        url = f"mmost://127.0.0.1:{server.port}/3ccdd113474722377935511fc85d3dd4"
        send_chat(url, envelope(parts_done=2), rendered)
    assert not any("Headline 00 end" in texts(post) for post in server.posts)
    assert any("Headline 29 end" in texts(post) for post in server.posts)


def test_a_very_long_message_goes_on_in_the_next_pass() -> None:
    rendered = render.message([telling(headline=f"Headline {n:03d} end") for n in range(120)], HEAD)
    done, seen = 0, []
    with web() as server:
        url = f"mmost://127.0.0.1:{server.port}/3ccdd113474722377935511fc85d3dd4"
        while True:
            try:
                send_chat(url, envelope(parts_done=done), rendered)
                break
            except PartlyDelivered as rest:
                done = max(rest.parts_done, done + 1)  # always further, or the count below is wrong
        seen = [texts(post) for post in server.posts]
    assert all(sum(f"Headline {n:03d} end" in text for text in seen) == 1 for n in range(120))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("no-url", "no channel URL"),
        ("nosuch://token", "no channel URL"),
        ("slack://SECRETTOKEN", "no channel URL"),
        ("tgram://SECRETTOKEN@bad", "no channel URL"),
        ("discord://SECRETTOKEN", "no channel URL"),
        ("tgram://123456789:abcdefg_hijklmnop/1/2/3", "names 3 targets"),
    ],
)
def test_a_url_that_cannot_work_is_said_without_its_secret(
    url: str, says: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check_url(url)
    with pytest.raises(DeliveryError) as dead:
        send_chat(url, envelope(), RENDERED)
    assert dead.value.fate is Fate.DEAD
    out = capfd.readouterr()
    for place in (str(caught.value), out.out, out.err, caplog.text):
        assert "SECRETTOKEN" not in place
        assert "abcdefg_hijklmnop" not in place


def test_a_push_service_gets_a_title() -> None:
    with web(body=b"{}") as server:
        send_chat(f"ntfy://127.0.0.1:{server.port}/topic", envelope(), RENDERED)
    assert json.loads(server.posts[0].body)["title"] == RENDERED.subject
