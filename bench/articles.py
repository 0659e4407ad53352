"""How well and how fast stories are read off pages, next to the peers: accuracy per field, CPU milliseconds a page.

    python -m bench.articles [--peers PYTHON] [--data FOLDER] [--only TOOL] [--misses FIELD]

Peers: trafilatura, newspaper4k, readability-lxml; each is measured in a process of its own when PYTHON (this one by
default) has it, and skipped with a line saying so when not. The pages are recorded ones with labels, which are not part
of this repository: $COPYTASTER_SHARED_DATA, or ../shared/data.

Scores. Title, authors, credit: equal after Unicode, case and space are evened out. A label names its authors and credits
as a list; a credit is right when it has the words of the list, or is one of its members. Instants are compared only where
the label has a zone. Body: F1 of word 4-grams per page, averaged; pages whose label is itself a paywall's stub are left
out, since a stub must not be stored.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import importlib
import importlib.util
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
TOOLS = {
    "ours": "monitor",
    "ours, metadata": "monitor",
    "trafilatura": "trafilatura",
    "newspaper4k": "newspaper",
    "readability-lxml": "readability",
}
WORD = re.compile(r"\w+")
STUBS = (
    "aeb-042bb7b5feda",
    "aeb-7ab16ade3238",
)  # WSJ 2019: the label is the first 400 characters before the wall
Row = dict[str, Any]


def data_folder(named: str | None) -> Path | None:
    """Find the labelled pages, if any."""
    places = [Path(p) for p in (named, os.environ.get("COPYTASTER_SHARED_DATA")) if p] or [
        ROOT.parent / "shared/data"
    ]
    return next((p / "pages" for p in places if (p / "pages/labels.jsonl").is_file()), None)


def labels(folder: Path) -> Iterator[tuple[Row, bytes]]:
    """Give every label with its page."""
    for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
        label = json.loads(line)
        yield label, gzip.decompress((folder / "html" / label["file"]).read_bytes())


# the tools, each run in a process of its own


def ours(html: bytes, url: str) -> Row:
    from monitor.errors import NoStory
    from monitor.parse import article

    try:
        story = article.story(html, url)
    except NoStory as error:
        return {"error": str(error)}
    return {**_row(story), "body": story.body, "language": story.language}


def metadata(html: bytes, url: str) -> Row:
    from monitor.parse import article

    return _row(article.described(html, url))


def _row(story: Any) -> Row:
    return {
        "title": story.title,
        "titles": story.titles,
        "published": story.published.isoformat() if story.provenance.get("published") else "",
        "authors": story.authors,
        "credit": story.photo.credit if story.photo else "",
        "provenance": dict(story.provenance),
    }


def trafilatura(html: bytes, url: str) -> Row:
    from trafilatura import bare_extraction

    document: Any = bare_extraction(html, url=url, with_metadata=True, include_comments=False)
    if document is None:
        return {}
    authors = [a for a in (document.author or "").split("; ") if a]
    return {
        "title": document.title,
        "published": document.date,
        "authors": authors,
        "body": document.text,
        "language": document.language,
    }


def newspaper4k(html: bytes, url: str) -> Row:
    newspaper: Any = importlib.import_module("newspaper")

    page = newspaper.Article(url, fetch_images=False)  # it would ask the network for every image's size
    page.download(input_html=html.decode("utf-8", "replace"))
    page.parse()
    published = page.publish_date.isoformat() if isinstance(page.publish_date, datetime) else ""
    return {
        "title": page.title,
        "published": published,
        "authors": page.authors,
        "body": page.text,
        "language": page.meta_lang,
    }


def readability(html: bytes, url: str) -> Row:
    from lxml.html import fromstring

    document = importlib.import_module("readability").Document(html.decode("utf-8", "replace"), url=url)
    body = fromstring(document.summary()).text_content()
    return {"title": document.short_title(), "body": body}


WORKERS: dict[str, Callable[[bytes, str], Row]] = {
    "ours": ours,
    "ours, metadata": metadata,
    "trafilatura": trafilatura,
    "newspaper4k": newspaper4k,
    "readability-lxml": readability,
}


def work(tool: str, folder: Path) -> None:
    """Run one tool over all pages; a line of JSON each, then one with the memory it added."""
    read = WORKERS[tool]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for label, html in itertools.islice(labels(folder), 3):  # imports and caches
        with contextlib.suppress(Exception):  # a peer may raise anything; counted below
            read(html, label["url"])
    for label, html in labels(folder):
        start = time.process_time()
        try:
            row = read(html, label["url"])
        except Exception as error:  # noqa: BLE001 - a peer may raise anything, and then it has read nothing
            row = {"error": f"{type(error).__name__}: {error}"}
        row["ms"] = 1000 * (time.process_time() - start)
        print(json.dumps({**row, "file": label["file"]}, default=str))
    print(json.dumps({"memory": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024}))


# the scores


def norm(text: object) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(text or "")).casefold().split())


def words(text: object) -> list[str]:
    return WORD.findall(norm(text))


def grams(text: str) -> Counter[tuple[str, ...]]:
    found = WORD.findall(text)
    return (
        Counter(zip(*(found[i:] for i in range(4)), strict=False))
        if len(found) >= 4
        else Counter([tuple(found)])
    )


def f1(got: str, wanted: str) -> float:
    a, b = grams(got), grams(wanted)
    shared = sum((a & b).values())
    return 2 * shared / (sum(a.values()) + sum(b.values())) if shared else 0.0


def instant(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).strip())
    except ValueError:
        return None


def score(label: Row, row: Row) -> dict[str, float]:
    """Give 0 to 1 for each field that the label holds."""
    found: dict[str, float] = {}
    if label.get("title"):
        found["title"] = float(norm(row.get("title")) == norm(label["title"]))
        found["variant"] = float(
            norm(label["title"]) in {norm(t) for t in row.get("titles") or (row.get("title"),)}
        )
    found |= _instants(label, row)
    if label.get("authors"):
        found["authors"] = float(
            {norm(a) for a in row.get("authors") or ()} == {norm(a) for a in label["authors"]}
        )
    given = row if "error" not in row else {**row, "body": "", "language": "", "credit": ""}
    if label.get("body") and "body" in given and not label["file"].startswith(STUBS):
        found["body"] = f1(row.get("body") or "", label["body"])
    if label.get("lang") and "language" in given:
        found["language"] = float(norm(row.get("language"))[:2] == norm(label["lang"])[:2])
    if label.get("credit") and "credit" in given:
        whole, got = [w for c in label["credit"] for w in words(c)], words(row.get("credit"))
        found["credit"] = float(got == whole or any(got == words(c) for c in label["credit"]))
    return found


def _instants(label: Row, row: Row) -> dict[str, float]:
    wanted, got = instant(label.get("date")), instant(row.get("published"))
    if wanted is None:
        return {}
    if wanted.tzinfo is None or got is None or got.tzinfo is None:
        found = {"day": float(got is not None and got.date() == wanted.date())}
    else:
        found = {"day": float(got.astimezone(wanted.tzinfo).date() == wanted.date())}
    if wanted.tzinfo is not None:
        aware = got is not None and got.tzinfo is not None
        found["instant"] = float(aware and got.replace(microsecond=0) == wanted.replace(microsecond=0))  # type: ignore[union-attr]
    return found


def run(tool: str, python: str, folder: Path) -> tuple[dict[str, Row], float]:
    """Run a tool in its own process; give its rows by file and the MiB it added."""
    command = [python, str(Path(__file__)), "--work", tool, "--data", str(folder.parent)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=False,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if not rows or "memory" not in rows[-1]:
        raise SystemExit(f"{tool} ended early:\n{done.stderr[-2000:]}")
    return {r["file"]: r for r in rows[:-1]}, rows[-1]["memory"]


def has(python: str, module: str) -> bool:
    if python == sys.executable:
        return importlib.util.find_spec(module) is not None
    return (
        subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
    )


def table(tool: str, rows: dict[str, Row], memory: float, known: list[Row], misses: str) -> None:
    """Print one line per part of the pages."""
    for part in sorted({k["src"] for k in known}):
        totals: dict[str, list[float]] = {}
        for label in (k for k in known if k["src"] == part):
            row = rows.get(label["file"], {})
            for field, value in score(label, row).items():
                totals.setdefault(field, []).append(value)
                if misses == field and value < 0.95:
                    print(
                        f"    {label['file']} {field} {value:.2f}: {str(label.get(MISSED[field]))[:150]!r} | {str(row.get(MISSED[field], row.get('error')))[:150]!r} {row.get('provenance', {}).get(MISSED[field])}"
                    )
        times = sorted(rows[k["file"]]["ms"] for k in known if k["src"] == part and k["file"] in rows)
        cells = [f"{100 * sum(v) / len(v):5.1f}" if (v := totals.get(f)) else "    -" for f in FIELDS]
        mean, high = sum(times) / len(times), times[int(0.95 * len(times))]
        print(
            f"{tool:18} {part:12}"
            + "".join(f"{c:>9}" for c in cells)
            + f"{mean:8.1f}{high:8.1f}{memory:8.0f}"
        )


FIELDS = ("title", "variant", "day", "instant", "authors", "body", "language", "credit")
MISSED = {
    "title": "title",
    "variant": "titles",
    "day": "published",
    "instant": "published",
    "authors": "authors",
    "body": "body",
    "language": "language",
    "credit": "credit",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--peers", default=sys.executable, metavar="PYTHON", help="an interpreter that has the peers"
    )
    parser.add_argument("--data", help="the folder that holds pages/labels.jsonl")
    parser.add_argument("--only", choices=[*TOOLS], help="measure one tool")
    parser.add_argument(
        "--misses", default="", choices=["", *FIELDS], help="print the pages on which a field is wrong"
    )
    parser.add_argument("--work", choices=[*TOOLS], help=argparse.SUPPRESS)
    told = parser.parse_args()
    folder = data_folder(told.data)
    if folder is None:
        raise SystemExit(
            "No labelled pages here: set COPYTASTER_SHARED_DATA to the folder that holds pages/labels.jsonl."
        )
    if told.work:
        work(told.work, folder)
        return
    known = [label for label, _ in labels(folder)]
    print(
        f"{len(known)} pages; percent; CPU ms mean and p95; MiB added\n{'':31}"
        + "".join(f"{f:>9}" for f in FIELDS)
        + "    mean     p95     MiB"
    )
    for tool in (told.only,) if told.only else TOOLS:
        pythons = dict.fromkeys(
            (sys.executable,) if tool.startswith("ours") else (told.peers, sys.executable)
        )
        python = next((p for p in pythons if has(p, TOOLS[tool])), "")
        if not python:
            print(f"{tool:18} skipped: {told.peers} does not have it (pip install {tool})")
            continue
        rows, memory = run(tool, python, folder)
        table(tool, rows, memory, known, told.misses)


if __name__ == "__main__":
    main()
