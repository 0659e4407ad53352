"""feedparser opens paths and URLs: it may be called in one place only, and only with a BytesIO."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME = Path("monitor/parse/feed.py")


def trees():
    for folder in ("monitor", "spiders", "bench", "tests"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text(encoding="utf8")
            if "feedparser" in source:
                yield path.relative_to(ROOT), ast.parse(source)


def calls(tree):
    return [
        n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) == "feedparser.parse"
    ]


def streams(tree):
    """Names that are only ever bound to a BytesIO."""
    bound = [n for n in ast.walk(tree) if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)]
    made = {n.targets[0].id for n in bound if ast.unparse(n.value).startswith(("io.BytesIO(", "BytesIO("))}
    other = {
        n.targets[0].id for n in bound if not ast.unparse(n.value).startswith(("io.BytesIO(", "BytesIO("))
    }
    return made - other


def test_only_the_feed_reader_calls_feedparser():
    callers = {path for path, tree in trees() if calls(tree)}
    assert {p for p in callers if p.parts[0] in {"monitor", "spiders"}} == {HOME}


def test_feedparser_is_imported_under_its_own_name_only():
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                assert (node.module or "").split(".")[0] != "feedparser", path
            if isinstance(node, ast.Import):
                assert all(a.asname is None for a in node.names if a.name.startswith("feedparser")), path


def test_every_call_hands_over_a_bytesio():
    for path, tree in trees():
        names = streams(tree)
        for call in calls(tree):
            given = ast.unparse(call.args[0]) if call.args else "nothing"
            assert given in names or given.startswith(("io.BytesIO(", "BytesIO(")), (
                f"{path}:{call.lineno} gives {given}"
            )
