"""The rulebook that the package carries works as it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.config import env_template, loads, read_env, schema, template
from monitor.config.composing import compose
from monitor.config.nodes import Items, Ledger, Table, Text
from monitor.matching import match
from monitor.routes import TERMINAL
from monitor.story import Outlet, Story

ROOT = Path(__file__).parents[2]
SHIPPED = ("bbc", "wsj", "economist", "intercept", "uyghur-congress", "end-uyghur-forced-labour")
ROOM = loads(template(), Path("rules.yaml"), {name: Outlet(name=name, title=name) for name in SHIPPED})


def rules_met(title: str, body: str = "") -> set[str]:
    story = Story("x", title, "https://x.example/1", datetime(2021, 2, 3, tzinfo=UTC), body)
    return {found.rule for found in match(story, ROOM.rulebook)}


def test_the_rulebook_at_the_root_is_the_one_in_the_package() -> None:
    assert (ROOT / "rules.yaml").read_bytes() == (ROOT / "monitor" / "data" / "rules.yaml").read_bytes()


def test_it_loads_without_a_warning_and_tells_the_terminal() -> None:
    assert ROOM.warnings == ()
    assert ROOM.channels == {"terminal": TERMINAL}
    assert {outlet.name for outlet in ROOM.outlets} >= set(SHIPPED)


def test_its_commented_routes_load_too() -> None:
    lines = template().splitlines()
    start = lines.index("# routes:")
    for number in range(start, len(lines)):
        if not lines[number].startswith("# "):
            break
        lines[number] = lines[number][2:]
    room = loads("\n".join(lines), Path("rules.yaml"), None)
    assert [route.to for route in room.routes] == [("desk-chat",), ("desk-mail",)]
    assert room.operator.to == ("ops-mail",)


@pytest.mark.parametrize(
    ("headline", "rule"),
    [
        ("Olympic committee urged to publish its human rights plan for Beijing", "Olympics and boycott"),
        ("180 groups want governments to boycott Beijing 2022", "Olympics and boycott"),
        ("Police database shows how Uighurs are watched", "Surveillance technology"),
        ("Patent describes Uygurs as a category. Huawei denies", "Surveillance technology"),
        ("Beijing speeds up ethnic assimilation", "Assimilation and culture"),
        ("Tourism is used against Ouïghour culture", "Assimilation and culture"),
        ("Life in U\u0308ru\u0308mqi under watch", "Uyghurs (everything)"),
        ("维吾尔族人的故事", "Uyghurs (everything)"),
    ],
)
def test_the_topic_is_found(headline: str, rule: str) -> None:
    assert rule in rules_met(headline)


def test_a_day_of_rights_needs_its_lead() -> None:
    assert rules_met("Human Rights Day is marked") == set()
    assert "Genocide findings" in rules_met(
        "Human Rights Day is marked", "The Congress said Uyghurs face genocide."
    )


@pytest.mark.parametrize(
    "headline",
    [
        *("Uruguay beat Paraguay in Montevideo", "Cenk Uygur announces a bid", "Sezen Aksu adds a concert"),
        *(
            "China's economy grows by 5%",
            "Olympic champion wins gold in Paris",
            "Huawei sues over Wi-Fi patents",
        ),
        *(
            "Turkistan city in Kazakhstan opens museum",
            "Bosnia genocide tribunal rules",
            "IOC names new president",
        ),
        *(
            "Forced labour found in Italian vineyards",
            "Mosque opens in Cologne",
            "Beijing bans cars on Sundays",
        ),
        *("Chinese boycott of Japanese seafood goes on", "China's ministry of culture and tourism meets"),
        *("Ethnic armed groups clash near Chinese border", "Winter Olympics: Italy prepares its slopes"),
    ],
)
def test_other_news_is_left_alone(headline: str) -> None:
    assert rules_met(headline) == set()


def test_the_env_template_is_readable_and_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "copytaster.env"
    path.write_text(env_template(), "utf-8")
    assert read_env(path) == {}


def test_the_schema_knows_every_key_of_the_shipped_file() -> None:
    properties = schema()["properties"]
    root = compose(template(), Ledger())
    assert isinstance(root, Table)
    for key, value in root.pairs:
        assert key.text in properties
        if key.text == "rules":
            assert isinstance(value, Table)
            _check_rules(value, properties["rules"]["additionalProperties"]["anyOf"][1]["properties"])
        if key.text == "sources":
            assert isinstance(value, Items)
            known = properties["sources"]["items"]["anyOf"][1]["properties"]
            assert all(
                k.text in known for item in value.items if isinstance(item, Table) for k, _ in item.pairs
            )


def _check_rules(rules: Table, known: dict[str, object]) -> None:
    for _, rule in rules.pairs:
        assert not isinstance(rule, Text)
        if isinstance(rule, Table):
            assert {key.text for key, _ in rule.pairs} <= set(known)
