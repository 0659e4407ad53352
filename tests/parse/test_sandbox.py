"""What a hostile body does, it does to a child that is killed and replaced; the caller hears which limit it met."""

import asyncio
import gzip
from concurrent.futures import ThreadPoolExecutor
from os import getpid

import pytest

from monitor.errors import ConfigError, FeedError, SandboxError
from monitor.parse import feed, plain, sitemap
from monitor.parse.sandbox import Limits, Sandbox
from monitor.story import Outcome
from tests.parse.sandboxed import NOW, crash, die, hog, read, refuse, sleep, smuggle, spin, whoami

BODY = b'<rss version="2.0"><channel><title>T</title><link>https://x.example/</link><item><title>A story</title><link>https://x.example/1</link></item></channel></rss>'


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(limits=Limits(cpu=1, wall=20, memory=512 * 2**20)) as made:
        yield made


def limit(sandbox, function, *args):
    with pytest.raises(SandboxError) as caught:
        sandbox.call(function, *args)
    assert sandbox.call(read, BODY).total == 1  # the next call goes on
    return caught.value.limit


def test_the_child_is_another_process_and_is_kept(sandbox):
    first = sandbox.call(whoami)
    assert first != getpid()
    assert sandbox.call(whoami) == first


def test_a_second_child_is_started_when_the_first_is_busy_and_not_before():
    with Sandbox(workers=2, limits=Limits(wall=2)) as sandbox, ThreadPoolExecutor(1) as pool:
        first = sandbox.call(whoami)
        assert sandbox.call(whoami) == first
        busy = pool.submit(sandbox.call, sleep)
        while sandbox.call(whoami) == first and not busy.done():
            pass
        assert sandbox.call(whoami) != first
        assert isinstance(busy.exception(), SandboxError)


def test_readings_come_back_as_they_are(sandbox):
    assert sandbox.call(feed.read, BODY, "https://x.example/", now=NOW) == feed.read(
        BODY, "https://x.example/", now=NOW
    )


def test_our_errors_arrive_as_themselves(sandbox):
    with pytest.raises(FeedError, match="is a web page") as caught:
        sandbox.call(read, b"<html><body>x</body></html>")
    assert caught.value.reason == Outcome.NOT_A_FEED
    with pytest.raises(ConfigError, match="no"):
        sandbox.call(refuse)


def test_every_limit_is_enforced_and_named(sandbox):
    assert limit(sandbox, spin) == "cpu"
    assert limit(sandbox, hog) == "memory"
    assert limit(sandbox, crash) == "crash"
    assert limit(sandbox, die) == "crash"


def test_the_wall_limit_ends_what_only_waits():
    with Sandbox(limits=Limits(wall=1)) as sandbox:
        sandbox.call(whoami)
        assert limit(sandbox, sleep) == "wall"


def test_what_a_child_may_not_send_is_refused(sandbox):
    with pytest.raises(SandboxError, match=r"may not send builtins\.print"):
        sandbox.call(smuggle)


def test_it_serves_threads_and_event_loops(sandbox):
    with ThreadPoolExecutor(4) as pool:
        assert [r.total for r in pool.map(lambda _: sandbox.call(read, BODY), range(20))] == [1] * 20

    async def several():
        return await asyncio.gather(*(sandbox.run(read, BODY) for _ in range(5)))

    assert [r.total for r in asyncio.run(several())] == [1] * 5


def item(title="T", description="D"):
    words = f"<item><title>{title}</title><link>https://x.example/1</link><description>{description}</description></item>"
    return f'<rss version="2.0"><channel><title>T</title>{words}</channel></rss>'.encode()


BOMBS = {
    "comments in a description": item(description="&lt;!--" * 50_000),
    "nested anchors": item(description="&lt;a&gt;" * 100_000),
    "nested tags": item(description="<a>" * 200_000),
    "nested elements": b"<rss><channel>" + b"<x>" * 200_000,
    "attributes": b"<rss "
    + b" ".join(b'a%d="1"' % i for i in range(200_000))
    + b"><channel></channel></rss>",
    "attributes of an entry": item(description="<a " + " ".join(f'b{i}="1"' for i in range(20_000)) + "/>"),
    "a title without end": item(title="t" * 7_000_000),
    "ampersands": item(title="&amp;" * 500_000, description="&" * 500_000),
    "angle brackets": item(title="&lt;" * 200_000, description="<" * 200_000),
    "entries": b"<rss><channel>" + b"<item><title>t</title></item>" * 200_000 + b"</channel></rss>",
    "open entries": b"<rss><channel>" + b"<item>" * 500_000,
    "twenty megabytes": item(description="d" * 20_000_000),
    "a gzip bomb": gzip.compress(bytes(64 * 2**20)),
    "billions of laughs": b'<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    + item(title="&b;" * 9_000),
    "deep json": b'{"items":' + b"[" * 2_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_contained(sandbox, name):
    kept = contained(sandbox, read, BOMBS[name])
    assert all(len(e.title) <= plain.LONGEST_TITLE and len(e.summary) <= plain.LONGEST_TEXT for e in kept)
    assert sandbox.call(read, BODY).total == 1


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(bytes(64 * 2**20)),
        b"<urlset>" + b"<url>" * 100_000,
        b"<urlset " + b"a='1' " * 100_000 + b"/>",
    ],
    ids=["gzip", "nesting", "attributes"],
)
def test_sitemap_bombs_are_contained(sandbox, body):
    assert contained(sandbox, sitemap.read, body, "https://x.example/", now=NOW) == ()


def contained(sandbox, function, *args, **options):
    """Give what entries were read, none where the body was refused."""
    try:
        return sandbox.call(function, *args, **options).entries
    except (FeedError, SandboxError):
        return ()
