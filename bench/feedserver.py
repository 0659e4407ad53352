"""A local server with a thousand feeds, for bench/poll.py: real bodies when there are any, else made-up ones.

    python -m bench.feedserver STATE [--bodies DIR]

prints its port. STATE is a file with one word, read at every request: first, same, new or modified-never (304).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import html
import json
import re
from pathlib import Path

SOURCES = 1000
_ITEM = re.compile(rb"<(item|entry)[\s>]")
MADE_UP = 40
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def made_up(number: int) -> bytes:
    """Write a plausible RSS feed of forty entries."""
    entries = b"".join(
        b"<item><title>Council %d votes on matter %d of the season</title><link>https://made%d.example/story/%d</link>"
        b'<guid isPermaLink="false">made-%d-%d</guid><pubDate>Tue, 24 Nov 2026 0%d:00:00 GMT</pubDate>'
        b"<description>&lt;p&gt;The members of council %d met on Tuesday to hear about matter %d and voted.&lt;/p&gt;"
        b"</description></item>" % (number, i, number, i, number, i, i % 9, number, i)
        for i in range(40)
    )
    head = (
        b'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Made up %d</title>'
        % number
    )
    return head + entries + b"</channel></rss>"


def bodies(folder: Path | None) -> list[bytes]:
    """Give real feed bodies of which one more entry can be made, or made-up ones."""
    if folder is None or not folder.is_dir():
        return [made_up(n) for n in range(MADE_UP)]
    found = []
    for path in sorted(folder.glob("*.xml.gz")):
        body = gzip.decompress(path.read_bytes())
        if len(body) < 400_000 and _ITEM.search(body) and b"<rss" in body[:2000] and b"<item>" in body:
            found.append(body)
    return found[:MADE_UP] or bodies(None)


def texts(folder: Path | None) -> list[tuple[str, str]]:
    """Give titles and summaries of real stories, or made-up ones; no two alike."""
    archive = folder.parent / "archive/2021-bbc.jsonl.gz" if folder else None
    if archive is not None and archive.is_file():
        with gzip.open(archive, "rt", encoding="utf8") as file:
            rows = map(json.loads, file)
            return list(dict.fromkeys((r["title"], r["description"]) for r in rows if r.get("description")))
    words = [hashlib.sha256(b"%d" % n).hexdigest().translate(_LETTERS)[:8] for n in range(40_000)]
    return [(" ".join(words[n : n + 7]), " ".join(words[n + 7 : n + 20])) for n in range(0, 39_980, 20)]


def with_entry(body: bytes, name: str, text: tuple[str, str], when: str) -> bytes:
    """Put one entry in front; `when` is a time of 24 November 2026."""
    title, summary = map(html.escape, text)
    more = (
        f"<item><title>{title}</title><link>https://more.example/{name}</link>"
        f'<guid isPermaLink="false">{name}</guid><pubDate>Tue, 24 Nov 2026 {when}:00 GMT</pubDate>'
        f"<description>{html.escape(summary)}</description></item>"
    ).encode("ascii", "xmlcharrefreplace")
    at = body.index(b"<item>")
    return body[:at] + more + body[at:]


class Server:
    """Answers GET for any host; the number in the path chooses the feed."""

    def __init__(self, state: Path, folder: Path | None) -> None:
        self.state = state
        self.plain = bodies(folder)
        self.texts = texts(folder)
        self.ready: dict[tuple[str, int], bytes] = {}

    def body(self, number: int, word: str) -> bytes:
        """Give a feed as it is sent. Recorded ones are old: a story of the morning keeps them from being frozen."""
        kind = "new" if word == "new" else "same"
        if (kind, number) not in self.ready:
            first, second = (self.texts[(2 * number + n) % len(self.texts)] for n in (0, 1))
            body = with_entry(self.plain[number % len(self.plain)], f"morning-{number}", first, "06:00")
            if kind == "new":
                body = with_entry(body, f"evening-{number}", second, "20:00")
            self.ready[kind, number] = gzip.compress(body, 1)
        return self.ready[kind, number]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection until it closes."""
        try:
            while line := await reader.readline():
                while (await reader.readline()).strip():
                    pass
                writer.write(self.answer(line.split()[1]))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        writer.close()

    def answer(self, path: bytes) -> bytes:
        """Give one answer, head and body."""
        if path == b"/robots.txt":
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        word = self.state.read_text().strip()
        number = int(re.sub(rb"\D", b"", path) or b"0")
        etag = b'"%s-%d"' % ((b"b" if word == "new" else b"a"), number)
        if word == "304":
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % etag
        body = self.body(number, word)
        head = (
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nContent-Encoding: gzip\r\nETag: %s\r\n"
            b"Content-Length: %d\r\n\r\n" % (etag, len(body))
        )
        return head + body


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("--bodies", type=Path)
    given = parser.parse_args()
    server = await asyncio.start_server(Server(given.state, given.bodies).serve, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
