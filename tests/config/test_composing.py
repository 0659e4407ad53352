"""YAML to nodes: the same with and without libyaml, and no file takes it down."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.config.composing import MAX_BYTES, compose
from monitor.config.nodes import MOST, Items, Ledger, Node, Table, Text
from tests.config.test_mistakes import BROKEN

PIECES = [
    *(
        "a",
        "b ",
        "x: ",
        ": ",
        "- ",
        "\n",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ",",
        ", ",
        "'",
        '"',
        "#",
        " #",
        "*",
    ),
    *(
        "&",
        "!",
        "|",
        ">",
        "%",
        "@",
        "?",
        "? ",
        "/",
        "\\",
        "\\d",
        "~",
        "$x",
        "é",
        "维",
        "=",
        "\t",
        "--- ",
        "<<: ",
        ":",
        "-",
    ),
    *("  - a\n", "k: v\n", "k: [a, b]\n"),
]
FRONTS = ["", "a: ", "a:\n  - ", "a: [x, ", "rules:\n  A: [x]\n", "a: {k: "]


def read(text: str, *, pure: bool = False) -> tuple[Node | None, Ledger]:
    ledger = Ledger()
    return compose(text, ledger, pure=pure), ledger


def values(text: str) -> list[str]:
    """Give the entries of the list under `a:`, all of which must be sound."""
    root, ledger = read(text)
    assert not ledger.mistakes
    assert isinstance(root, Table)
    node = root.get("a")
    assert isinstance(node, Items)
    return [item.text for item in node.items if isinstance(item, Text)]


def test_scalars_are_the_strings_they_look_like() -> None:
    written = [
        "2022",
        "NO",
        "off",
        "12:30",
        "1.10",
        "0123",
        "null",
        "2021-02-03",
        "=IOC",
        "$set",
        "-x",
        "1_000",
        "0x1f",
    ]
    assert values("a: [" + ", ".join(written) + "]\n") == written
    assert values("a:\n" + "".join(f"  - {word}\n" for word in written)) == written


def test_places_count_from_one_and_survive_every_line_ending() -> None:
    for ending in ("\n", "\r\n", "\r"):
        root, _ = read(f"\ufeffa: 1{ending}b:{ending}  - 'x'{ending}")
        assert isinstance(root, Table)
        node = root.get("b")
        assert isinstance(node, Items)
        assert (node.items[0].spot.line, node.items[0].spot.column) == (3, 5)


@pytest.mark.parametrize("name", BROKEN)
def test_both_parsers_say_the_same_of_broken_files(name: str) -> None:
    text = BROKEN[name][0]
    (fast, told), (pure, also_told) = read(text), read(text, pure=True)
    assert fast == pure
    assert told.mistakes == also_told.mistakes


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FRONTS), st.lists(st.sampled_from(PIECES), max_size=10))
@example("a: ", ["[", "x", "?", "y", "]"])
@example("a: ", ["|", "#"])
@example("a: [x, ", ["!", "a", "]"])
@example("", ["%", "a"])
def test_what_is_valid_does_not_depend_on_libyaml(front: str, pieces: list[str]) -> None:
    text = front + "".join(pieces)
    (fast, told), (pure, also_told) = read(text), read(text, pure=True)
    assert told.broken == also_told.broken
    if not told.broken:
        assert fast == pure


BOMBS = {
    "brackets": "a: " + "[" * 20_000,
    "brackets on lines": "a: " + "[\n" * 20_000,
    "dashes": "- " * 4_000,
    "questions": "? " * 4_000,
    "indentation": "".join(" " * depth + "a:\n" for depth in range(500)),
    "laughs": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(50)),
    "merges": "a: &a {x: y}\n" + "".join(f"b{n}: &b{n} {{<<: [*a, *a]}}\n" for n in range(50)),
    "size": "x" * (MAX_BYTES + 1),
    "one line": "a: " + "x " * 100_000,
    "stars": "a:\n" + "  - *stan*\n" * 20_000,
    "equal keys": "a: b\n" * 20_000,
    "tabs": "\tx\n" * 20_000,
}


@pytest.mark.parametrize("pure", [False, True])
@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_in_a_mistake(name: str, pure: bool) -> None:
    _, ledger = read(BOMBS[name], pure=pure)
    assert ledger.broken
    assert len(ledger.mistakes) <= MOST + 1


def test_a_second_mistake_is_found_behind_the_first() -> None:
    _, ledger = read('a:\n  - *one*\n  - "b c" NEAR/2 d\n  - @two\n')
    assert [mistake.line for mistake in ledger.mistakes] == [2, 3, 4]
