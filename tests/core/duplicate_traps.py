"""Pairs that look like one story and are two. All written for these tests."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from monitor.story import Story

T0 = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
Trap = tuple[str, Story, Story]


def story(title: str, body: str, at: datetime = T0, outlet: str = "example") -> Story:
    return Story(outlet, title, f"https://{outlet}.example/{abs(hash((title, body, at)))}", at, body)


COMPANIES = (
    "Harlow Timber Inc", "Quenby Freight Co", "Osprey Mutual Corp", "Tallis Foods Inc", "Merrow Marine Ltd",
    "Dunmore Glass Corp", "Vellum Paper Co", "Arden Rail Inc", "Fenwick Tool Corp", "Calder Wool Ltd",
)  # fmt: skip
TOWNS = (
    "Ashford",
    "Brackley",
    "Corsham",
    "Dartmere",
    "Evesholt",
    "Farrowby",
    "Grimley",
    "Hexworth",
    "Ilsden",
    "Jarrowby",
)
PEOPLE = (
    "Miriam Okafor", "Tomas Brandt", "Leila Haddad", "Piotr Zielinski", "Anneke Visser",
    "Rafael Moreno", "Suda Chaiyasit", "Henrik Dahl", "Yusuf Karaca", "Nora Byrne",
)  # fmt: skip
WALLS = (
    "We value your privacy. This is a page for readers aged over eighteen who live in the union and its partner states.",
    "Most managers would not question the worth of planning, yet it keeps sliding down the list of what firms attend to.",
    "For a small monthly sum you help our writers keep an eye on those who would rather not be looked at closely.",
    "This site works best with a recent browser; older ones may show some pieces of it in places where none were meant.",
)
HEADLINES = (
    "Bridge over the Orle reopens", "Violinist wins the Koblenz prize", "Octopus escapes from aquarium",
    "Bakers strike in Lyon", "Glacier loses a third of its ice", "Parliament rejects fishing quotas",
)  # fmt: skip


def dividends() -> Iterator[Trap]:
    for n, (one, other) in enumerate(pairwise(COMPANIES)):
        body = f"Qtly div {n + 3} cts vs {n + 3} cts prior. Pay April 30. Record April 16. Payable to all holders of common stock."
        yield (
            "dividend",
            story(f"{one} sets quarterly dividend", body),
            story(f"{other} sets quarterly dividend", body),
        )
        text = "{0} said its board declared a quarterly dividend of {1} cents a share, payable on 30 April to holders of record on 16 April."
        yield (
            "dividend in prose",
            story(f"{one} declares dividend", text.format(one, n + 10)),
            story(f"{other} declares dividend", text.format(other, n + 10)),
        )


def results() -> Iterator[Trap]:
    text = (
        "{0} reported net profit of {1} million crowns for the third quarter, against {2} million a year earlier, on sales of"
        " {3} million. The group left its forecast for the full year unchanged and said demand remained firm in all regions."
    )
    for n, name in enumerate(COMPANIES):
        first, second = text.format(name, 12 + n, 10 + n, 140 + n), text.format(name, 17 + n, 12 + n, 180 + n)
        title = f"{name} third quarter results"
        yield "same company, other year", story(title, first), story(title, second, T0 + 52 * WEEK)


def market_reports() -> Iterator[Trap]:
    text = "There were {0} grain ships loading and {1} waiting to load at {2} on the day, according to the port exchange there."
    words = ("three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    for n, town in enumerate(TOWNS):
        one = text.format(words[n], words[(n + 3) % 10], town)
        other = text.format(words[(n + 1) % 10], words[(n + 5) % 10], town)
        title = f"Grain ships loading at {town}"
        yield "grain ships", story(title, one), story(title, other, T0 + (n + 1) * DAY)
    funds = "The central bank supplied the money market with {0} million crowns of late help, which brings the total of the day to {1} million."
    for n in range(8):
        one, other = funds.format(40 + n, 412 + n), funds.format(55 + n, 537 + n)
        yield (
            "money market",
            story("Money market given late help", one),
            story("Money market given late help", other, T0 + DAY),
        )


def tables() -> Iterator[Trap]:
    for n in range(6):
        first = " ".join(
            f"{m} {148 + n + k}.25 {149 + n + k}.00 {38 + k}"
            for k, m in enumerate(("Apr", "May", "Jun", "Jul", "Aug"))
        )
        second = " ".join(
            f"{m} {151 + n + k}.75 {152 + n + k}.50 {87 + k}"
            for k, m in enumerate(("Apr", "May", "Jun", "Jul", "Aug"))
        )
        yield "table", story("Gas oil call 09.23", first), story("Gas oil call 12.31", second, T0 + 3 * HOUR)


def weather() -> Iterator[Trap]:
    text = (
        "Yellow warning of wind for {0} and the coast around it. Gusts may bring down branches and delay ferries. Keep away from"
        " piers and tie down what is loose. The warning is in force from noon until midnight."
    )
    for town in TOWNS:
        title = f"Wind warning for {town}"
        yield (
            "weather warning a week later",
            story(title, text.format(town)),
            story(title, text.format(town), T0 + WEEK),
        )


def series() -> Iterator[Trap]:
    intro = "In this series our reporters walk the old salt road from the mines to the sea and meet those who still live along it. "
    for n in range(1, 9):
        one, other = f"The salt road, part {n}", f"The salt road, part {n + 1}"
        yield "series", story(one, intro), story(other, intro, T0 + DAY)
        yield (
            "episode",
            story(f"Episode {n}: The harbour", intro),
            story(f"Episode {n + 1}: The harbour", intro, T0 + WEEK),
        )


def recurring() -> Iterator[Trap]:
    bodies = (
        "Ministers meet in Oslo over herring, a court in Lima frees three miners, and a choir of forty sings in a disused lock.",
        "A dam in the hills is to be drained, two banks call off their wedding, and the oldest tram of the country stops for good.",
        "Voters in the islands choose a council, a storm takes the roof off a school, and a lost painting turns up in a barn.",
    )
    titles = (
        "This week in review",
        "Morning briefing",
        "Letters to the editor",
        "Five things to know",
        "News in brief",
        "The world this week",
    )
    for title in titles:
        for one, other in pairwise(bodies):
            yield "recurring headline", story(title, one), story(title, other, T0 + WEEK)
        yield (
            "the next issue",
            story(title, "The latest from our desks."),
            story(title, "The latest from our desks.", T0 + DAY),
        )


def walls() -> Iterator[Trap]:
    for wall in WALLS:
        for one, other in pairwise(HEADLINES):
            yield "wall", story(one, wall), story(other, wall, T0 + HOUR, "another")


def people() -> Iterator[Trap]:
    text = "{0}, of {1}, was sentenced to {2} months in prison on Monday for selling stolen bicycles over the internet, the district court said."
    for n, (one, other) in enumerate(pairwise(PEOPLE)):
        a = text.format(one, TOWNS[n], 14)
        b = text.format(other, TOWNS[n + 1], 14)
        yield (
            "another person",
            story("Man jailed over stolen bicycles", a),
            story("Man jailed over stolen bicycles", b, T0 + DAY),
        )


def subjects() -> Iterator[Trap]:
    body = "Compare where the parties stand on the key issues, from hospitals and schools to energy and the environment."
    lands = ("Welsh", "Scottish", "Danish", "Bavarian", "Catalan", "Sicilian")
    for one, other in pairwise(lands):
        title = "{0} election: whom should I vote for? Compare the parties"
        yield "another land", story(title.format(one), body), story(title.format(other), body, T0 + HOUR)


def daily_counts() -> Iterator[Trap]:
    text = "Health officials reported {0} new infections and {1} patients in hospital, {2} of them in intensive care, bringing the total to {3}."
    for n in range(6):
        one = text.format(1200 + n, 310 + n, 44 + n, 90210 + n)
        other = text.format(1388 + n, 322 + n, 47 + n, 91598 + n)
        yield "daily count", story("Daily infections", one), story("Daily infections", other, T0 + DAY)


def matches() -> Iterator[Trap]:
    text = "{0} beat {1} {2}-{3} at home on Saturday to move up to {4} in the table, with both goals of the first half from the penalty spot."
    for n in range(8):
        one = text.format(TOWNS[n], TOWNS[n + 1], 3, 1, "fourth")
        other = text.format(TOWNS[n + 2], TOWNS[(n + 5) % 10], 2, 0, "ninth")
        yield "match", story(f"{TOWNS[n]} win at home", one), story(f"{TOWNS[n + 2]} win at home", other)


def all_traps() -> list[Trap]:
    kinds = (
        dividends, results, market_reports, tables, weather, series, recurring, walls, people, subjects, daily_counts, matches,
    )  # fmt: skip
    return [trap for kind in kinds for trap in kind()]
