"""What the documentation says is so: commands, options, reasons, states, links, rulebooks."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from monitor import config
from monitor.cli import app, reference
from monitor.crawl.catalogue import declared_outlets
from monitor.outbox import State
from monitor.schedule import Health, IncidentKind
from monitor.story import Outcome
from monitor.triage import Reason

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
)
FENCE = re.compile(r"^```([a-z]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def named(path):
    return str(path.relative_to(ROOT))


def blocks(path, *languages):
    return [body for language, body in FENCE.findall(path.read_text("utf8")) if language in languages]


def text_of(*parts):
    return ROOT.joinpath(*parts).read_text("utf8")


# --- the two commands ---------------------------------------------------------------------------------------------


def test_the_readme_has_its_two_commands_in_one_line_each():
    text = text_of("README.md")
    demo, tests = (
        re.search(rf"^## {title}\n.*?^```sh\n(.*?)\n```", text, re.MULTILINE | re.DOTALL)[1]
        for title in ("See it work", "Run all tests")
    )
    assert "\n" not in demo
    assert "\n" not in tests
    assert demo.startswith("python3 -m venv .venv && .venv/bin/pip install ")
    assert demo.endswith("copytaster demo")
    assert tests.startswith("python3 -m venv .venv && .venv/bin/pip install ")


def test_the_gate_and_contributing_run_the_tests_as_the_readme_says():
    text = text_of("README.md")
    line = re.search(r"^python3 -m venv .*pytest.*$", text, re.MULTILINE)[0]
    install, test = line.split(" && ")[1:]
    extras = shlex.split(install)[-1]
    run = test.removeprefix(".venv/bin/python ")
    assert re.fullmatch(r"\.\[[a-z,]+\]", extras)
    gate = text_of(".ci", "run")
    assert f"-e '{extras}'\n" in gate
    assert f'"$venv/bin/python" {run}\n' in gate
    contributing = text_of("CONTRIBUTING.md")
    assert f"-e '{extras}'\n" in contributing
    assert re.search(rf"^{re.escape(test)}( |$)", contributing, re.MULTILINE)


# --- commands -----------------------------------------------------------------------------------------------------


def commands(command=None, name=()):
    command = command or typer.main.get_command(app)
    yield name, command
    for child, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*name, child))


def test_the_page_of_commands_is_what_help_says():
    again = "python -m monitor.cli.reference > docs/reference/commands.md"
    assert text_of("docs", "reference", "commands.md") == reference.page(), f"stale: {again}"


def test_the_page_names_every_command_and_option():
    page = text_of("docs", "reference", "commands.md")
    for name, command in commands():
        if name and not (getattr(command, "commands", None) and not command.invoke_without_command):
            (section,) = re.findall(
                rf"^## copytaster {' '.join(name)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL
            )
            for parameter in command.params:
                for spelling in parameter.opts if parameter.param_type_name == "option" else ():
                    assert f"`{spelling}" in section or f", {spelling}" in section, (name, spelling)


def test_every_command_and_option_has_a_help_text():
    for name, command in commands():
        assert command.help, name
        for parameter in command.params:
            assert getattr(parameter, "help", ""), (name, parameter.name)


MENTION = re.compile(r"(?<![\w/.-])copytaster ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)((?: +(?:--[a-z-]+))*)")
SOURCES = [
    *PAGES,
    *sorted((ROOT / "monitor").rglob("*.py")),
    ROOT / "monitor/data/rules.yaml",
    ROOT / "monitor/data/copytaster.env",
]


def spoken(path):
    """Give what stands in code: fenced blocks and back-ticks of a page, strings of a module."""
    text = path.read_text("utf8")
    if path.suffix == ".md":
        return "\n".join(
            [*(body for _, body in FENCE.findall(text)), *re.findall(r"`([^`\n]+)`", FENCE.sub("", text))]
        )
    return text


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_commands_that_are_mentioned_exist(path):
    known = {" ".join(name): command for name, command in commands()}
    for words, options in MENTION.findall(spoken(path)):
        first, _, second = words.partition(" ")
        if path.suffix != ".md" and first not in {n.split(" ")[0] for n in known}:
            continue  # prose: "copytaster is"
        assert first in known, f"copytaster {words}"
        group = getattr(known[first], "commands", None)
        if group and second:
            assert second in group, f"copytaster {words}"
        command = known.get(words, known[first])
        spellings = {s for p in command.params for s in (*p.opts, *p.secondary_opts)} | {"--help", "--dir"}
        for option in options.split():
            assert option in spellings, f"copytaster {words} {option}"


# --- words --------------------------------------------------------------------------------------------------------


def test_every_reason_is_explained():
    page = text_of("docs", "reference", "who-is-told.md")
    for reason in set(Reason) - {Reason.ALERTED}:
        assert f"`{reason}`" in page, reason


@pytest.mark.parametrize("kind", [Outcome, Health, IncidentKind, State])
def test_every_outcome_and_state_is_explained(kind):
    page = text_of("docs", "reference", "states.md")
    for value in kind:
        assert re.search(rf"^\| `{value}` \|", page, re.MULTILINE), value


# --- pages --------------------------------------------------------------------------------------------------------


def anchors(path):
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", path.read_text("utf8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize("path", PAGES, ids=named)
def test_links_lead_somewhere(path):
    prose = re.sub(r"`[^`\n]*`", "", FENCE.sub("", path.read_text("utf8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def test_every_page_can_be_found():
    """From the README, or from a page that can be found."""
    found, queue = set(), [ROOT / "README.md"]
    while queue:
        page = queue.pop()
        found.add(page)
        for target in re.findall(r"\]\(([^)\s#]+)", page.read_text("utf8")):
            there = (page.parent / target).resolve()
            fresh = (
                sorted(there.glob("*.md"))
                if there.is_dir()
                else [there]
                if there.suffix == ".md" and there.exists()
                else []
            )
            queue += [p for p in fresh if p not in found]
    assert sorted(named(p) for p in set(PAGES) - found - {ROOT / "CHANGELOG.md"}) == []


def rulebooks():
    for path in PAGES:
        for number, body in enumerate(blocks(path, "yaml"), start=1):
            if re.search(r"^rules:", body, re.MULTILINE):
                yield pytest.param(body, id=f"{named(path)}-{number}")


@pytest.mark.parametrize("body", list(rulebooks()))
def test_rulebooks_in_the_pages_load(body, tmp_path):
    config.loads(body, tmp_path / "rules.yaml", outlets=declared_outlets())


def test_every_outlet_that_ships_is_named_where_people_look_for_it():
    text = text_of("docs", "how-to", "add-an-outlet.md")
    assert [name for name in declared_outlets() if f"`{name}`" not in text] == []
