"""The sections `channels:`, `routes:`, `operator:`, `briefs:` and `settings:` -> who is told, where, when."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import timedelta

from monitor.config.forms import Form, a_kind, slug
from monitor.config.newsroom import BriefPlan, Operator, Settings
from monitor.config.nodes import Items, Ledger, Node, Table, Text, meant, shown
from monitor.config.ruleforms import PRIORITIES, RulesRead
from monitor.config.zones import zone_of
from monitor.routes import (
    AT_ONCE,
    TERMINAL,
    Among,
    Channel,
    Copies,
    Keep,
    Pace,
    Priority,
    Route,
    When,
    WhenError,
    parse_when,
    routes_for,
)

__all__ = ["SETTINGS_KEYS", "Told", "read_settings", "read_told"]

SETTINGS_KEYS = (
    "contact", "database", "keep_bodies", "max_age", "pages", "burst", "digest", "quotation", "env_file", "public",
    "replies", "mailbox", "sign_of_life",
)  # fmt: skip
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|file:/.+|terminal:")
_MAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_DEFAULT_ROUTES = (Route(to=(TERMINAL.name,)),)
_AMONG = {
    "both": Among.BOTH,
    "on": Among.BOTH,
    "across outlets": Among.ACROSS,
    "within outlets": Among.WITHIN,
    "off": Among.OFF,
    "no": Among.OFF,
}
_FOREVER = ("forever", "always")


@dataclass(slots=True)
class Told:
    """Everything about telling that one file says."""

    channels: dict[str, Channel] = field(default_factory=dict)
    routes: tuple[Route, ...] = _DEFAULT_ROUTES
    operator: Operator = field(default_factory=Operator)
    briefs: dict[str, BriefPlan] = field(default_factory=dict)


def read_told(top: Form, rules: RulesRead, zone: str) -> Told:
    """Read who is told. Without routes everything goes to the terminal."""
    told = Told(channels=_channels(top.node("channels"), top.ledger))
    known = frozenset(told.channels) | _names(top.table.get("channels"))
    told.operator = _operator(top, known)
    node = top.node("routes")
    if node is not None:
        told.routes = _routes(node, top.ledger, rules, known, zone)
        _all_reach(told.routes, top.ledger, rules)
    told.briefs = _briefs(top, known, zone)
    _all_used(told, top)
    return told


def _names(node: Node | None) -> frozenset[str]:
    """Give every name under channels, those of broken ones included, so that one slip is one mistake."""
    return frozenset(key.text for key, _ in node.pairs) if isinstance(node, Table) else frozenset()


def _channels(node: Node | None, ledger: Ledger) -> dict[str, Channel]:
    channels = {TERMINAL.name: TERMINAL}
    if node is None:
        return channels
    if not isinstance(node, Table):
        ledger.add(
            node.spot, f'channels: takes names, such as  desk: {{url: "env:DESK"}}, not {a_kind(node)}'
        )
        return channels
    for name, value in node.pairs:
        where = f'channel "{name.text}": '
        if isinstance(value, Table):
            form = Form(value, where, ledger).only(("url", "to", "zone"))
            url = _reference(form, name)
            to = tuple(text.text for text in form.texts("to") if _is_mail(form, text))
            if url == TERMINAL.url and to:
                form.add(form.at("to"), "the terminal takes no addresses; delete to")
            channels[name.text] = Channel(name=name.text, url=url, to=to, zone=zone_of(form, ""))
        else:
            ledger.add(
                value.spot, f'{where}a channel has a url: {name.text}: {{url: "env:{_variable(name.text)}"}}'
            )
    return channels


def _reference(form: Form, name: Text) -> str:
    """Give the url of a channel: only where the secret is, never the secret. It is not repeated in messages."""
    node = form.scalar("url")
    example = f'write url: "env:{_variable(name.text)}" and put {_variable(name.text)}=... into the env file'
    if node is None:
        if not form.has("url"):
            form.add(name.spot, f"a url is missing; {example}")
        return ""
    if _REFERENCE.fullmatch(node.text):
        return node.text
    if node.text.startswith(("env:", "file:")):
        form.add(node.spot, "url names no place to look: it takes env:NAME, or file:/ with a full path")
    elif re.match(r"[a-z][a-z0-9+.-]*:/", node.text, re.IGNORECASE):
        form.add(node.spot, f"an address of a channel is a secret and must not stand in this file; {example}")
    else:
        form.add(node.spot, f"url takes env:NAME, file:/full/path or terminal:; {example}")
    return ""


def _variable(name: str) -> str:
    return re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").upper() or "CHANNEL"


def _is_mail(form: Form, text: Text) -> bool:
    if _MAIL.fullmatch(text.text):
        return True
    form.add(text.spot, f"{shown(text.text)} is no mail address; write one such as editor@example.org")
    return False


def _to(form: Form, known: Collection[str], key: str = "to") -> tuple[str, ...]:
    """Read channel names that must exist."""
    found = form.texts(key)
    for text in found:
        if text.text not in known:
            others = [name for name in known if name != TERMINAL.name]
            hint = meant(text.text, others) or "; name it under channels:"
            form.add(text.spot, f"there is no channel {shown(text.text)}{hint}")
    return tuple(dict.fromkeys(text.text for text in found))


def _when(form: Form, zone: str, default: When = AT_ONCE) -> When:
    node = form.scalar("when")
    return default if node is None else _parse(form, node, zone, default)


def _parse(form: Form, node: Text, zone: str, default: When) -> When:
    try:
        return parse_when(node.text, zone)
    except WhenError as error:
        form.add(node.spot, str(error))
        return default


def _operator(top: Form, known: Collection[str]) -> Operator:
    form = top.form("operator", "operator: ")
    if form is None:
        return Operator()
    form.only(("name", "mail", "to"))
    mail = form.scalar("mail")
    if mail is not None and not _MAIL.fullmatch(mail.text):
        form.add(mail.spot, f"{shown(mail.text)} is no mail address; write one such as ops@example.org")
    return Operator(
        name=form.text("name", Operator().name), mail=mail.text if mail else "", to=_to(form, known)
    )


def _routes(
    node: Node, ledger: Ledger, rules: RulesRead, known: Collection[str], zone: str
) -> tuple[Route, ...]:
    if not isinstance(node, Items):
        ledger.add(
            node.spot, f"routes: takes a list, such as  - {{to: [desk], when: at once}}, not {a_kind(node)}"
        )
        return _DEFAULT_ROUTES
    if not node.items:
        ledger.add(node.spot, "routes: is empty; write a route, or delete it and alerts go to the terminal")
    routes = []
    for number, item in enumerate(node.items, start=1):
        where = f"route {number}: "
        if isinstance(item, Table):
            routes.append(_route(Form(item, where, ledger), rules, known, zone))
        else:
            ledger.add(
                item.spot,
                f"{where}a route is written {{rules: {{priority: high}}, to: [desk], when: at once}}",
            )
    return tuple(routes)


def _route(form: Form, rules: RulesRead, known: Collection[str], zone: str) -> Route:
    form.only(("rules", "to", "when", "duplicates", "heartbeat"))
    if not form.has("to"):
        form.add(form.table.spot, "to is missing: name the channels it goes to, such as to: [desk]")
    names, tags, priority = _selector(form, rules)
    when, heartbeat = _when(form, zone), form.yes("heartbeat", default=False)
    if heartbeat and when.pace not in (Pace.DAILY, Pace.WEEKLY):
        text = "heartbeat needs a time at which nothing was to be told: when: daily 07:00, or Friday 09:00"
        form.add(form.at("heartbeat"), text)
    return Route(
        to=_to(form, known),
        when=when,
        copies=_copies(form),
        names=names,
        tags=tags,
        priority=priority,
        heartbeat=heartbeat,
    )


def _copies(form: Form) -> Copies:
    """Read what the route does with copies: `off`, or how far it looks and which copy it keeps."""
    node = form.table.get("duplicates")
    if not isinstance(node, Table):
        return Copies(among=form.choice("duplicates", _AMONG, Among.BOTH))
    table = Form(node, f"{form.where}duplicates: ", form.ledger).only(("keep", "among"))
    among = table.choice("among", _AMONG, Among.BOTH)
    if isinstance(table.table.get("keep"), Items):
        outlets = tuple(slug(text.text) for text in table.texts("keep"))
        return Copies(among=among, keep=Keep.PREFERRED, preferred=outlets)
    keep = table.choice("keep", {"first": Keep.FIRST, "longest": Keep.LONGEST}, Keep.FIRST)
    return Copies(among=among, keep=keep)


def _selector(form: Form, rules: RulesRead) -> tuple[tuple[str, ...], tuple[str, ...], Priority | None]:
    node = form.table.get("rules")
    if not isinstance(node, Table):
        return _rule_names(form, "rules", rules), (), None
    table = Form(node, f"{form.where}rules: ", form.ledger).only(("names", "tags", "priority"))
    if not node.pairs:
        table.add(node.spot, "chooses nothing; name names, tags or priority, or delete it to take every rule")
    priority: Priority | None = None
    if table.has("priority"):
        priority = table.choice("priority", PRIORITIES, Priority.NORMAL)
    return _rule_names(table, "names", rules), _tags(table, rules), priority


def _rule_names(form: Form, key: str, rules: RulesRead) -> tuple[str, ...]:
    found = form.texts(key)
    for text in found:
        if text.text not in rules.names:
            form.add(text.spot, f"there is no rule {shown(text.text)}{meant(text.text, rules.names)}")
    return tuple(text.text for text in found)


def _tags(form: Form, rules: RulesRead) -> tuple[str, ...]:
    found = form.texts("tags")
    tags = {tag for rule in rules.rules for tag in rule.tags}
    complete = len(rules.rules) == len(rules.names)
    for text in found:
        if complete and text.text not in tags:
            form.add(text.spot, f"no rule has the tag {shown(text.text)}{meant(text.text, tags)}")
    return tuple(text.text for text in found)


def _all_reach(routes: tuple[Route, ...], ledger: Ledger, rules: RulesRead) -> None:
    for rule in rules.rules:
        if not routes_for(routes, rule=rule.name, tags=rule.tags, priority=rule.priority):
            text = f'rule "{rule.name}" reaches no route: nobody would be told; add a route that takes it'
            ledger.add(rules.names[rule.name], text)


def _all_used(told: Told, top: Form) -> None:
    used = {name for route in told.routes for name in route.to} | set(told.operator.to)
    used |= {name for brief in told.briefs.values() for name in (*brief.to, *brief.editor)}
    node = top.table.get("channels")
    for name, _ in node.pairs if isinstance(node, Table) else ():
        if name.text not in used:
            text = f'channel "{name.text}": no route, brief or operator uses it; nothing will be sent there'
            top.add(name.spot, text, warning=True)


def _briefs(top: Form, known: Collection[str], zone: str) -> dict[str, BriefPlan]:
    table = top.form("briefs", "briefs: ")
    briefs = {}
    for name, value in table.table.pairs if table else ():
        where = f'brief "{name.text}": '
        if not isinstance(value, Table):
            top.add(value.spot, f"{where}a brief is written {{title: Weekly Brief, when: Friday 09:00}}")
            continue
        form = Form(value, where, top.ledger).only(("title", "when", "sections", "to", "editor"))
        when = _when(form, zone)
        if not form.has("when"):
            form.add(name.spot, 'when is missing, such as when: "Friday 09:00"')
        elif form.scalar("when") is not None and when.pace not in (Pace.DAILY, Pace.WEEKLY):
            form.add(form.at("when"), "a brief is drafted at a time: when: Friday 09:00, or daily 07:00")
        briefs[name.text] = BriefPlan(
            name=name.text,
            title=form.text("title", name.text),
            when=when,
            sections=tuple(text.text for text in form.texts("sections")),
            to=_to(form, known),
            editor=_to(form, known, "editor"),
        )
    return briefs


def read_settings(top: Form, zone: str) -> Settings:
    """Read `settings:`."""
    form = top.form("settings", "settings: ")
    default = Settings()
    default = replace(default, sign_of_life=default.sign_of_life and replace(default.sign_of_life, zone=zone))
    if form is None:
        return default
    form.only(SETTINGS_KEYS)
    _contact(form)
    digest = form.scalar("digest")
    return Settings(
        contact=form.text("contact"),
        database=_database(form, default.database),
        keep_bodies=_keep(form),
        max_age=form.span("max_age", default.max_age) or default.max_age,
        pages=int(form.number("pages", default.pages, least=1, whole=True)),
        burst=int(form.number("burst", default.burst, least=1, whole=True)),
        digest=None if digest is None else _parse(form, digest, zone, AT_ONCE),
        quotation=int(form.number("quotation", default.quotation, least=0, whole=True)),
        env_file=form.text("env_file", default.env_file),
        public=_public(form),
        replies=_replies(form),
        mailbox=_mailbox(form),
        sign_of_life=_sign_of_life(form, zone, default.sign_of_life),
    )


def _sign_of_life(form: Form, zone: str, default: When | None) -> When | None:
    node = form.scalar("sign_of_life")
    if node is None:
        return default
    if node.text.casefold() == "never":
        return None
    when = _parse(form, node, zone, default or AT_ONCE)
    if when.pace is not Pace.WEEKLY:
        text = f"sign_of_life takes a day and a time, such as Monday 09:00, or never, not {shown(node.text)}"
        form.add(node.spot, text)
    return when


def _keep(form: Form) -> timedelta | None:
    return None if form.text("keep_bodies").casefold() in _FOREVER else form.span("keep_bodies", None)


def _contact(form: Form) -> None:
    node = form.scalar("contact")
    if node is not None and not re.match(r"https?://\S+$", node.text) and not _MAIL.fullmatch(node.text):
        form.add(
            node.spot, f"contact takes a web or mail address that outlets can turn to, not {shown(node.text)}"
        )


def _public(form: Form) -> str:
    node = form.scalar("public")
    if node is not None and not re.fullmatch(r"https?://[^\s?#@]+", node.text):
        text = "public takes the web address of copytaster serve, such as https://desk.example.org/copytaster"
        form.add(node.spot, f"{text}, not {shown(node.text)}")
    return "" if node is None else node.text.rstrip("/")


def _replies(form: Form) -> str:
    node = form.scalar("replies")
    if node is not None and not _MAIL.fullmatch(node.text):
        form.add(node.spot, f"{shown(node.text)} is no mail address; write one such as answers@example.org")
    if node is not None and not form.has("mailbox"):
        form.add(node.spot, 'answers go to replies, and mailbox is missing: mailbox: "env:MAILBOX"')
    return "" if node is None else node.text


def _mailbox(form: Form) -> str:
    node = form.scalar("mailbox")
    if node is None:
        return ""
    if not _REFERENCE.fullmatch(node.text) or node.text == TERMINAL.url:
        example = 'write mailbox: "env:MAILBOX" and put MAILBOX=imaps://user:password@host into the env file'
        form.add(node.spot, f"mailbox takes env:NAME or file:/full/path, never the address itself; {example}")
    return node.text


def _database(form: Form, default: str) -> str:
    node = form.scalar("database")
    if node is None:
        return default
    if node.text.startswith("env:") and not _REFERENCE.fullmatch(node.text):
        form.add(node.spot, "database names no place to look: it takes a file name or env:NAME")
    elif "://" in node.text:
        text = 'database takes a file name such as stories.db, or "env:NAME"; an address with its password stays out of this file'
        form.add(node.spot, text)
    return node.text
