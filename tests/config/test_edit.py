"""Adding a source changes one place and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import loads, template
from monitor.config.edit import add_source, source_line
from monitor.errors import ConfigError, RulesError

NEW = '{feed: "https://new.example/rss", outlet: "New"}'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("rules:\n  A: [x]\n", f"rules:\n  A: [x]\n\nsources:\n  - {NEW}\n"),
        ("rules: {A: [x]}", f"rules: {{A: [x]}}\n\nsources:\n  - {NEW}\n"),
        (
            "sources:\n- bbc # one\n# end\nrules: {A: [x]}\n",
            f"sources:\n- bbc # one\n- {NEW}\n# end\nrules: {{A: [x]}}\n",
        ),
        ("rules: {A: [x]}\nsources:\n    - bbc", f"rules: {{A: [x]}}\nsources:\n    - bbc\n    - {NEW}\n"),
        ("sources: [bbc]   # all\nrules: {A: [x]}\n", f"sources: [bbc, {NEW}]   # all\nrules: {{A: [x]}}\n"),
        ("sources: []\nrules: {A: [x]}\n", f"sources: [{NEW}]\nrules: {{A: [x]}}\n"),
        (
            "sources:\n  # none yet\nrules: {A: [x]}\n",
            f"sources:\n  - {NEW}\n  # none yet\nrules: {{A: [x]}}\n",
        ),
        (
            "rules: {A: [x]}\r\nsources:\r\n  - bbc\r\n",
            f"rules: {{A: [x]}}\r\nsources:\r\n  - bbc\r\n  - {NEW}\r\n",
        ),
        (
            'sources:\n  - outlet: other\n    feed: "https://o.example/a"\n\n  # tail\n\nrules: {A: [x]}\n',
            f'sources:\n  - outlet: other\n    feed: "https://o.example/a"\n  - {NEW}\n\n  # tail\n\nrules: {{A: [x]}}\n',
        ),
    ],
)
def test_one_entry_more(before: str, after: str) -> None:
    assert add_source(before, NEW) == after
    assert loads(after, Path("rules.yaml"), None).outlets[-1].name == "new"


def test_the_shipped_file_keeps_every_line() -> None:
    text = add_source(template(), NEW)
    assert [line for line in text.splitlines() if NEW not in line] == template().splitlines()
    assert loads(text, Path("rules.yaml"), None).outlets[-1].name == "new"


def test_an_entry_of_several_lines() -> None:
    text = add_source("rules: {A: [x]}\n", ['feed: "https://new.example/rss"', "outlet: New"])
    assert text.endswith('sources:\n  - feed: "https://new.example/rss"\n    outlet: New\n')
    assert loads(text, Path("rules.yaml"), None).outlets[0].title == "New"


def test_what_cannot_be_edited_safely_is_left_to_a_person() -> None:
    with pytest.raises(ConfigError, match="by hand"):
        add_source("{rules: {A: [x]}}\n", NEW)
    with pytest.raises(RulesError):
        add_source("rules: [\n", NEW)


def test_lines_are_quoted() -> None:
    assert source_line("feed", "https://a.example/?b=c#d", outlet='The "A"', section="") == (
        '{feed: "https://a.example/?b=c#d", outlet: "The \\"A\\""}'
    )
