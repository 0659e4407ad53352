"""Links are visited again through the guard: headlines, dead links and forbidden addresses."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = (
    "<html><head><title>Poet freed</title><meta property='og:title' content='Uyghur poet freed'>"
    "<meta property='article:published_time' content='2026-03-03T10:00:00Z'></head>"
    "<body><article><h1>Uyghur poet freed</h1><p>She walked home.</p></article></body></html>"
)
ROOT = Path(__file__).parents[2]


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.path == "/poet"
        body = PAGE.encode() if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def test_each_link_gives_its_headline_or_why_it_gave_none() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    urls = ["http://news.example/poet", "http://news.example/gone", "http://127.0.0.1:1/inside"]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.crawl.visiting", str(server.server_port), *urls],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "Uyghur poet freed" in found[urls[0]][0]
    assert found[urls[1]][0] == []
    assert "404" in found[urls[1]][1]
    assert found[urls[2]][0] == []
    assert found[urls[2]][1]
