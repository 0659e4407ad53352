"""The search index and the matcher: what the index calls exact is, and what it finds leaves nothing out."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.matching import matching_rules
from monitor.rules import (
    AllOf,
    AnyOf,
    Leaf,
    NoneOf,
    Rule,
    Rulebook,
    compile_rulebook,
    parse_query,
    parse_term,
)
from monitor.rules.search import Token
from monitor.rules.values import Kind
from monitor.schedule import SourceState
from monitor.store import Store, Tx, decisions, index, lookup, rulebooks, runs, sources, stories
from monitor.store.lexicon import lexicon
from monitor.story import Outcome, Poll, Source, Story
from monitor.text import fold_text
from tests.core.test_rules_differential import compiled
from tests.core.test_rules_differential import story as drawn
from tests.shared_data import WHY, shared_data
from tests.store.made import NOW, added, decision, hours

Held = dict[int, Story]


def hold(tx: Tx, told: Story, number: int) -> int:
    """Put a story on record, whatever is in it; give its id."""
    return stories.add(
        tx, told, canonical=f"https://x.example/{number}", text_key=None, first_seen=NOW, event=None
    ).id


def agrees(tx: Tx, book: Rulebook, held: Held) -> None:
    """Compare, for every rule, what the index says with what the matcher does."""
    met = {key: set(matching_rules(told, book)) for key, told in held.items()}
    words = lexicon(tx)
    for rule in book.rules:
        wanted = book.prefilter(rule)
        query = lookup.ask(tx, wanted, words)
        found = {row.id for row in lookup.texts(tx, query)}
        true = {key for key, names in met.items() if rule in names}
        assert true <= found, (rule, book.rules[rule], query.match, [held[key] for key in true - found])
        if query.exact:
            assert found == true, (rule, book.rules[rule], query.match, [held[key] for key in found - true])
            assert lookup.count(tx, query) == len(true)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, Held]]:
    """Give a store of 100 stories whose words are often near misses of one another."""
    from monitor.store import open_store

    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('many') / 'stories.db'}")
    rng = random.Random(1)
    with store.writing() as tx:
        held = {hold(tx, told, n): told for n, told in enumerate(drawn(rng) for _ in range(100))}
        index.catch_up(tx)
    yield store, held
    store.close()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(rng=st.randoms(use_true_random=True))
def test_index_and_matcher_agree_on_random_rulebooks(many: tuple[Store, Held], rng: random.Random) -> None:
    store, held = many
    _, _, book = compiled(rng)
    with store.reading() as tx:
        agrees(tx, book, held)


def words_of(held: Held) -> list[str]:
    """Give the words of the archive from rare to common."""
    counts = Counter[str]()
    for told in held.values():
        counts.update(set(fold_text(f"{told.title} {told.summary}").split()))
    return sorted((w for w, n in counts.items() if n > 1), key=lambda w: (counts[w], w))


def archive_rules(rng: random.Random, held: Held, count: int) -> list[Rule]:
    """Draw rules from the archive's own words: phrases, all wildcards, typos, NEAR, capitals, regexes, exceptions."""
    words = words_of(held)
    pairs = [pair for told in held.values() for pair in pairwise(fold_text(told.summary).split())]

    sure = True

    def term() -> str:
        word = words[min(len(words) - 1, int(len(words) * rng.random() ** 0.5))]
        one, two = rng.choice(pairs)
        long = word if len(word) > 5 else "government"
        shapes = (
            word, word, f"{one} {two}", f"{word[:5]}*", f"*{word[-5:]}", f"*{word[1:-1] or word}*", f"{long}~1", f"{one} {two[:3]}*",
            f"{one} NEAR/3 {word}", f"{two} NEAR/s {word[:4]}*", f"={word.capitalize()}", rf"/\b{word[:4]}\w+/", f"title:{word}",
        )  # fmt: skip
        return rng.choice(shapes[:8] if sure else shapes)

    def group(size: int) -> AnyOf:
        return AnyOf(tuple(Leaf(parse_term(term())) for _ in range(size)))

    made = []
    for number in range(count):
        sure = number % 2 == 0  # only what an index can say
        clause = rng.choice(
            [group(4), AllOf((group(5), group(5))), AllOf((group(4), NoneOf(group(2).clauses)))]
        )
        made.append(Rule(name=f"rule {number}", clause=clause))
    return made


def archive_stories(folder: Path, each: int) -> Iterator[Story]:
    """Read some stories of each outlet and year."""
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf8") as lines:
            for line, _ in zip(lines, range(each), strict=False):
                row = json.loads(line)
                yield Story(
                    path.stem,
                    row.get("title") or "",
                    row.get("link") or "",
                    NOW,
                    summary=row.get("description") or "",
                )


def test_index_and_matcher_agree_on_the_archive(sqlite: Store) -> None:
    data = shared_data()
    if data is None or not (data / "archive").is_dir():
        pytest.skip(WHY)
    with sqlite.writing() as tx:
        held = {hold(tx, told, n): told for n, told in enumerate(archive_stories(data / "archive", 150))}
        index.catch_up(tx)
    book = compile_rulebook(archive_rules(random.Random(7), held, 120), {})
    with sqlite.reading() as tx:
        words = lexicon(tx)
        asked = [lookup.ask(tx, book.prefilter(rule), words) for rule in book.rules]
        assert sum(query.exact for query in asked) >= 60
        assert sum(query.match is not None for query in asked) > 100
        agrees(tx, book, held)


def book_of(**queries: str) -> Rulebook:
    """Compile rules written as queries."""
    return compile_rulebook([Rule(name=name, clause=parse_query(said)) for name, said in queries.items()], {})


def ids(tx: Tx, book: Rulebook, rule: str, **more: Any) -> list[int]:
    """Give the stories the index finds for a rule."""
    return [row.story_id for row in lookup.texts(tx, lookup.ask(tx, book.prefilter(rule)), **more)]


def test_what_the_index_can_say_is_exact(sqlite: Store) -> None:
    book = book_of(
        word="cotton",
        phrase='"forced labo*"',
        ending="*stan",
        typo="urumchi~1",
        title="title:cotton",
        none="cotton AND NOT wool",
    )
    with sqlite.writing() as tx:
        added(tx, 1, title="Cotton and wool", body="forced labourers")
        added(tx, 2, title="Wool", body="Cotton, forced: labour camps in Kazakhstan")
        added(tx, 3, title="Urumhci", body="cottons")
        index.catch_up(tx)
        assert {name: ids(tx, book, name) for name in book.rules} == {
            "word": [1, 2], "phrase": [1, 2], "ending": [2], "typo": [3], "title": [1], "none": []
        }  # fmt: skip
        assert all(lookup.ask(tx, book.prefilter(name)).exact for name in book.rules)


def test_phrases_end_with_the_field_the_headline_and_the_author(sqlite: Store) -> None:
    book = book_of(x='"forced labour"', y='byline:"jane doe"', z="jane")
    with sqlite.writing() as tx:
        added(
            tx,
            1,
            title="Forced",
            headlines=("Labour",),
            summary="forced",
            body="labour",
            authors=("Jane", "Doe"),
        )
        added(tx, 2, title="x", body="y", summary="forced labour", authors=("Jane Doe",))
        index.catch_up(tx)
        assert (ids(tx, book, "x"), ids(tx, book, "y"), ids(tx, book, "z")) == ([2], [2], [])


def test_what_the_index_cannot_say_comes_for_a_look(sqlite: Store) -> None:
    book = book_of(
        capitals="=IOC",
        near="forced NEAR/2 labour",
        regex=r"/lab(o|ou)r/",
        byline="section:world OR x",
        lead="body:wool",
    )
    with sqlite.writing() as tx:
        added(tx, 1, title="ioc", body="forced x labour", summary="wool")
        added(tx, 2, title="none", body="labour x y z forced")
        index.catch_up(tx)
        assert {name: ids(tx, book, name) for name in book.rules} == {
            "capitals": [1], "near": [1], "regex": [1, 2], "byline": [1, 2], "lead": [1]
        }  # fmt: skip
        assert not any(lookup.ask(tx, book.prefilter(name)).exact for name in book.rules)


def test_exceptions_the_index_is_not_sure_of_leave_nothing_out(sqlite: Store) -> None:
    book = book_of(x="wool AND NOT =IOC", y="wool AND NOT (cotton AND NOT silk)")
    with sqlite.writing() as tx:
        added(tx, 1, title="wool ioc", body="")
        added(tx, 2, title="wool cotton", body="")
        added(tx, 3, title="wool cotton silk", body="")
        index.catch_up(tx)
        assert ids(tx, book, "x") == [1, 2, 3]
        assert ids(tx, book, "y") == [1, 3]


def test_instants_and_order(store: Store) -> None:
    book = book_of(x="text")
    with store.writing() as tx:
        for number in (1, 2, 3):
            told = story_at(number)
            stories.add(
                tx, told, canonical=told.url, text_key=None, first_seen=NOW + hours(number), event=None
            )
        index.catch_up(tx)
        assert ids(tx, book, "x", since=NOW + hours(2)) == [2, 3]
        assert ids(tx, book, "x", until=NOW + hours(2)) == [1]
        assert ids(tx, book, "x", latest_first=True) == [3, 2, 1]
        assert lookup.count_texts(tx, since=NOW + hours(2)) == (2, 0)
        assert [row.id for row in lookup.texts_at(tx, [1, 3])] == [1, 3]


def story_at(number: int) -> Story:
    """Make a story of its own."""
    return Story(
        "daily", f"Text {number}", f"https://daily.example/{number}", datetime(2021, 1, 1, tzinfo=UTC)
    )


@pytest.fixture(params=["fts5", "like", "postgresql"])
def anywhere(request: pytest.FixtureRequest) -> Store:
    """Give a store with the FTS5 index, one without, and PostgreSQL."""
    kind = "postgresql" if request.param == "postgresql" else "sqlite"
    found: Store = request.getfixturevalue(kind)
    if request.param == "like":
        with found.writing() as tx:
            tx.execute(text("DROP TABLE search_index"))
    return found


def test_the_words_of_the_archive(anywhere: Store) -> None:
    with anywhere.writing() as tx:
        added(tx, 1, title="Protests", body="protest", authors=("Protesta",))
        added(tx, 2, title="Protests", body="Kazakhstan")
        added(tx, 3, title="Urumqi", body="Urumhqi Turumqi")
        index.catch_up(tx)
    with anywhere.reading() as tx:
        words = lexicon(tx)
        assert words.counts["protests"] == 2
        assert list(words.forms(Token("kazakhstan"))) == ["kazakhstan"]
        assert list(words.forms(Token("kazakh"))) == []
        assert {"protest", "protests"} <= set(words.forms(Token("protes", Kind.PREFIX)))
        assert list(words.forms(Token("stan", Kind.SUFFIX))) == ["kazakhstan"]
        assert list(words.forms(Token("zak", Kind.INNER))) == ["kazakhstan"]
        assert list(words.forms(Token("urumqi", Kind.FUZZY))) == ["urumhqi", "urumqi"]
        assert lookup.count_only(tx, "protests", "protest") == 1
    with anywhere.writing() as tx:  # reading the words leaves a writer able to write
        lexicon(tx)
        added(tx, 4)


def test_without_an_index_every_text_comes(anywhere: Store) -> None:
    book = book_of(x="cotton")
    with anywhere.writing() as tx:
        added(tx, 1, title="Cotton")
        added(tx, 2, title="Wool")
        index.catch_up(tx)
        query = lookup.ask(tx, book.prefilter("x"))
        found = [row.story_id for row in lookup.texts(tx, query)]
        assert found == ([1] if query.exact else [1, 2])
        assert dict(lookup.stories_at(tx, [1, 2]))[2].title == "Wool"
        together = [(row.id, *lookup.stories_at(tx, [row.id])) for row in lookup.texts(tx, query)]
        assert next(found[1][1].title for found in together) == "Cotton"


def test_a_text_that_was_dropped_is_marked(sqlite: Store) -> None:
    book = book_of(x="cotton")
    with sqlite.writing() as tx:
        added(tx, 1, body="cotton")
        added(tx, 2, title="cotton", body="")
        assert stories.forget_bodies(tx, NOW + hours(1)) == 1
        assert [row.gone for row in lookup.texts(tx, lookup.ask(tx, book.prefilter("x")))] == [True, False]
        assert lookup.count_texts(tx) == (2, 1)


def test_what_was_judged_at_intake_is_told_from_what_came_later(store: Store) -> None:
    with store.writing() as tx:
        rulebooks.remember(tx, hash="b", text="", path="", digests={}, formerly={}, at=NOW)
        one, two = added(tx, 1), added(tx, 2)
        decisions.record(tx, one.id, 1, [decision()], rulebook="b", decided=NOW)
        decisions.record(tx, two.id, 1, [decision()], rulebook="b", decided=NOW + hours(1))
        record = lookup.on_record(tx, "b")
        assert (record.judged, record.matched) == ({1}, {(1, "Region")})
        assert lookup.on_record(tx, "b", since=NOW + hours(1)).judged == frozenset()
        assert lookup.on_record(tx, "other").judged == frozenset()


def test_a_baseline_is_the_first_good_run_of_an_outlet(store: Store) -> None:
    feeds = [Source(url=f"https://daily.example/{n}", outlet="daily") for n in (1, 2)]
    with store.writing() as tx:
        for run, at in enumerate((NOW - hours(5), NOW, NOW + hours(5)), 1):
            runs.begin(tx, "run", at, pid=1, host="h")
            for n, source in enumerate(feeds):
                outcome = Outcome.DNS if run == 1 else Outcome.NEWS
                sources.record_poll(tx, run, Poll(source=source, at=at + hours(n / 10), outcome=outcome))
        sources.save_state(tx, SourceState(outlet="daily", url=feeds[0].url, first_good=NOW))
        assert lookup.baselines(tx) == {"daily": NOW + hours(0.1)}
