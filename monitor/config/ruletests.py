"""The `tests:` of a rule -> stories it must, or must not, match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from monitor.config.forms import Form, slug
from monitor.config.nodes import Items, Node, Spot, Table, Text, shown
from monitor.rules import RuleTest
from monitor.story import Story

__all__ = ["STORY_KEYS", "TestPlace", "failing", "read_tests"]

STORY_KEYS = ("title", "summary", "body", "byline", "section", "outlet", "url", "language")
_QUOTED = 80  # characters of a story's title that compile_rulebook repeats
_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # no rule looks at a story's date


@dataclass(frozen=True, slots=True)
class TestPlace:
    """A test and where it stands."""

    __test__ = False

    test: RuleTest
    spot: Spot


def read_tests(form: Form) -> tuple[tuple[RuleTest, ...], tuple[TestPlace, ...]]:
    """Read `tests: {match: [...], no_match: [...]}`: a text is a headline, a table a story."""
    table = form.form("tests")
    if table is None:
        return (), ()
    table.only(("match", "no_match"))
    places = tuple(
        TestPlace(RuleTest(story, expect_match=expected), spot)
        for key, expected in (("match", True), ("no_match", False))
        for story, spot in _stories(table, key)
    )
    return tuple(place.test for place in places), places


def _stories(table: Form, key: str) -> tuple[tuple[Story, Spot], ...]:
    node = table.node(key)
    if node is None:
        return ()
    if not isinstance(node, Items):
        table.add(node.spot, f'{key} takes a list of headlines: {key}: ["one headline", "another"]')
        return ()
    read = ((_story(table, item, key), item.spot) for item in node.items)
    return tuple((story, spot) for story, spot in read if story is not None)


def _story(table: Form, node: Node, key: str) -> Story | None:
    if isinstance(node, Text) and not node.empty:
        return Story("", node.text, "", _DAY)
    if not isinstance(node, Table):
        table.add(node.spot, f"{key} takes headlines in quotes, or stories such as {{title: one, body: two}}")
        return None
    if len(node.pairs) == 1 and node.pairs[0][0].text not in STORY_KEYS:
        written = node.pairs[0][0].text
        table.add(node.spot, f"YAML reads {shown(written + ':')} as a key; put the headline in quotes")
        return None
    form = Form(node, table.where, table.ledger).only(STORY_KEYS)
    return Story(
        slug(form.text("outlet")),
        form.text("title"),
        form.text("url"),
        _DAY,
        form.text("body"),
        summary=form.text("summary"),
        authors=tuple(text.text for text in form.texts("byline")),
        sections=tuple(text.text for text in form.texts("section")),
        language=form.text("language") or None,
    )


def failing(problem: str, places: Sequence[TestPlace]) -> Spot | None:
    """Find the test that the rulebook says has failed, by its words; None for another problem."""
    if not problem.startswith("this test should"):
        return None
    expected = not problem.startswith("this test should not")
    for place in places:
        story = place.test.story
        title = story.title or story.summary or story.body
        if place.test.expect_match == expected and title[:_QUOTED] in problem:
            return place.spot
    return None
