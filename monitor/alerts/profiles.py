"""How each chat service is written to: its limit, its escaping, its marks. Pure.

Every scraped string passes through the profile's `escape`. A story stands whole in exactly one part; one that
is longer than a part loses its quotes, then its reasons, never its headline, outlet and link.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.alerts.plain import JOINER, clean, clip, defuse, plural
from monitor.alerts.shown import Piece, Shown, show
from monitor.alerts.text import say_reason
from monitor.alerts.values import Printed, Rendered

__all__ = ["PROFILES", "Profile", "parts", "profile_for"]

_MARKUP = re.compile(r"([\\*_~`|\[\](){}<>#!$^=])")
_AT_START = re.compile(r"^([-+]|\d+(?=[.)]))")
_ADDRESS = re.compile(r"[A-Za-z0-9.+_-]+@(?!everyone|here|channel|all|room|group)[A-Za-z0-9.-]+")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
_MENTION = re.compile(r"[@<](?=\S)")
_LINK_SEAM = re.compile(r"\](?=[(\[:])")
_IN_CHAT_URLS = str.maketrans({c: f"%{ord(c):02X}" for c in "()*@'!$;`|"})
SHORT_HEADLINE = 100
REPEAT = "This may be a repeat."
LEAST = 40  # no service takes less


def _unmention(text: str) -> str:
    return _MENTION.sub(lambda found: found[0] + JOINER, defuse(text))


def _plain(text: str) -> str:
    """For services that show plain text, or whose text apprise escapes; seams of Markdown links are broken."""
    return _LINK_SEAM.sub("]" + JOINER, _unmention(text))


def _markdown(text: str) -> str:
    """For services that always read Markdown."""
    return _AT_START.sub(rf"{JOINER}\1", _MARKUP.sub(r"\\\1", _unmention(text)))


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _utf8(text: str) -> int:
    return len(text.encode())


def _escaped(text: str) -> int:
    return len(html.escape(text)) + text.count("\n")


def _at_worst(text: str) -> int:
    """The length when apprise escapes for a service we do not know: as HTML, or as Markdown."""
    return max(_escaped(text), _utf16(text) + len(_PUNCTUATION.findall(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One way of writing to a service."""

    name: str
    limit: int
    measure: Callable[[str], int] = _at_worst
    escape: Callable[[str], str] = _plain
    body_format: str = "text"  # what apprise is told the body is
    strong: str = ""  # put around headlines
    mark: str = "*"  # put around matched words
    quote: str = "> "
    newline: str = "\n"
    link: str = "{url}"
    title: bool = False  # the service shows a title of its own


PROFILES = {
    profile.name: profile
    for profile in (
        Profile(name="slack", limit=3500, measure=_escaped),
        Profile(
            name="discord",
            limit=1900,
            measure=_utf16,
            escape=_markdown,
            strong="**",
            mark="**",
            link="<{url}>",
        ),
        Profile(name="telegram", limit=3900, measure=_escaped),
        Profile(
            name="msteams",
            limit=950,
            measure=_utf16,
            escape=_markdown,
            body_format="markdown",
            strong="**",
            mark="**",
            quote="",
            newline="\n\n",
            link="[{host}]({url})",
        ),
        Profile(name="mattermost", limit=3800, measure=_utf16, escape=_markdown, strong="**", mark="**"),
        Profile(name="matrix", limit=16_000),
        Profile(name="ntfy", limit=3900, measure=_utf8, title=True),
        Profile(name="generic", limit=8000),
    )
}

_SCHEMES = {
    "slack": "slack",
    "discord": "discord",
    "tgram": "telegram",
    "workflow": "msteams",
    "workflows": "msteams",
    "mmost": "mattermost",
    "mmosts": "mattermost",
    "matrix": "matrix",
    "matrixs": "matrix",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
}


def profile_for(scheme: str, most: int) -> Profile:
    """Give the profile of an apprise scheme, for a service that takes `most` characters."""
    profile = PROFILES[_SCHEMES.get(scheme, "generic")]
    return replace(profile, limit=max(LEAST, min(profile.limit, most)))


def parts(rendered: Rendered, profile: Profile) -> tuple[str, ...]:
    """Give the message as one or more texts within the limit, the same ones on every attempt."""
    foot = _foot(rendered, profile)
    stories = [show(telling, rendered.letterhead) for telling in rendered.tellings]
    count = plural(len(stories), "story", "stories") if len(stories) > 1 else ""
    repeat = profile.escape(REPEAT) + profile.newline
    # Room for the mark of a repeat is kept on every attempt, so that a retry is cut in the same places.
    room = profile.limit - profile.measure(repeat + f"{count} (99/99)" + foot + profile.newline * 4)
    if room < profile.limit // 2:
        foot, repeat, room = "", "", profile.limit - profile.measure(f"{count} (99/99)" + profile.newline * 2)
    blocks = [_fitting(story, profile, room) for story in stories]
    blocks += [profile.escape(_fit_text(line, profile, room)) for line in rendered.lines]
    blocks += _entries(rendered.entries, profile, room)
    blocks += [profile.escape(_fit_text(line, profile, room)) for line in rendered.remarks]
    blocks = blocks or [profile.escape(_fit_text(clean(rendered.short or rendered.subject), profile, room))]
    packed = list(_pack(blocks, profile, room))
    many = len(packed) > 1
    texts = []
    for number, part in enumerate(packed, 1):
        head = f"{count} ({number}/{len(packed)})".strip() if many else count
        last = foot if number == len(packed) else ""
        texts.append((profile.newline * 2).join(text for text in (head, part, last) if text))
    return tuple(repeat + text if rendered.possible_repeat else text for text in texts)


def _pack(blocks: Sequence[str], profile: Profile, room: int) -> Iterator[str]:
    seam, part = profile.newline * 2, ""
    for block in blocks:
        joined = part + seam + block if part else block
        if part and profile.measure(joined) > room:
            yield part
            joined = block
        part = joined
    yield part


def _foot(rendered: Rendered, profile: Profile) -> str:
    letterhead = rendered.letterhead
    who = f"Copytaster, run by {clip(clean(letterhead.operator), SHORT_HEADLINE)}"
    mail = clean(letterhead.operator_mail)
    return profile.escape(who) + (f", {_own_address(mail, profile)}" if mail else "")


def _own_address(mail: str, profile: Profile) -> str:
    """Write the operator's address so that it can be copied: it is ours, and none of a shape that could do harm."""
    if _ADDRESS.fullmatch(mail) is None:
        return profile.escape(mail)
    return _MARKUP.sub(r"\\\1", mail) if profile.escape is _markdown else mail


def _fitting(story: Shown, profile: Profile, room: int) -> str:
    return _first_fitting(_ever_shorter(story, profile), story.title, story.host, profile, room)


def _entries(entries: Sequence[Printed], profile: Profile, room: int) -> Iterator[str]:
    """Give one block an entry of a brief, the first of each section under its name."""
    section = ""
    for one in entries:
        under, section = one.section if one.section != section else "", one.section
        yield _first_fitting(_shorter_entry(one, under, profile), one.headline, one.host, profile, room)


def _shorter_entry(one: Printed, section: str, profile: Profile) -> Iterator[list[str]]:
    esc, link = profile.escape, _link(one.url, one.host, profile)
    head = [esc(section.upper()), _strong(esc(one.headline), profile), esc(one.dateline), esc(one.credit)]
    lead = profile.quote + esc(one.lead) if one.lead else ""
    yield [*head, lead, esc(one.also), link]
    yield [*head, lead, link]
    yield [*head, link]
    yield [_strong(esc(clip(one.headline, SHORT_HEADLINE)), profile), esc(one.dateline), link]


def _first_fitting(forms: Iterator[list[str]], title: str, host: str, profile: Profile, room: int) -> str:
    for lines in forms:
        block = profile.newline.join(line for line in lines if line)
        if profile.measure(block) <= room:
            return block
    return _fit_block(title, host, profile, room)


def _fit_block(title: str, host: str, profile: Profile, room: int) -> str:
    """For services of a line or two: as much of the headline as fits, with its host."""
    at = f" ({host})" if host else ""
    for length in range(min(room, SHORT_HEADLINE), 1, -1):
        block = profile.escape(clip(title, length) + at)
        if profile.measure(block) <= room:
            return block
    return profile.escape(clip(title, max(1, room // 3)))


def _fit_text(line: str, profile: Profile, room: int) -> str:
    length = room
    while profile.measure(profile.escape(clip(line, length))) > room and length > 1:
        length = length * 3 // 4
    return clip(line, length)


def _ever_shorter(story: Shown, profile: Profile) -> Iterator[list[str]]:
    esc = profile.escape
    badge = f"[{story.badge}] " if story.badge else ""
    head = [_strong(esc(badge + story.title), profile), esc(f"{story.outlet}, {story.when}"), esc(story.note)]
    head += [esc(line) for line in story.change]
    tail = [esc(story.warning), esc(" · ".join(story.facts)), _link(story.url, story.host, profile)]
    answers = _answers(story, profile)
    reasons = [[esc(say_reason(r)), _quoted(r.quote, profile)] for r in story.reasons]
    yield [*head, *(line for pair in reasons for line in pair), *tail, *answers]
    yield [*head, *(line for pair in reasons for line in pair), *tail]
    yield [*head, *(esc(say_reason(r).removesuffix(":")) for r in story.reasons), *tail]
    yield [*head[:2], *head[3:], esc(story.warning), tail[-1]]
    yield [_strong(esc(clip(story.title, SHORT_HEADLINE)), profile), esc(story.outlet), tail[-1]]


def _strong(text: str, profile: Profile) -> str:
    return f"{profile.strong}{text}{profile.strong}"


def _quoted(pieces: Sequence[Piece], profile: Profile) -> str:
    if not pieces:
        return ""
    marked = "".join(_marked(piece, profile) for piece in pieces)
    return profile.quote + marked


def _marked(piece: Piece, profile: Profile) -> str:
    text = profile.escape(piece.text)
    return f"{profile.mark}{text}{profile.mark}" if piece.marked else text


def _link(address: str, host: str, profile: Profile) -> str:
    url = address.translate(_IN_CHAT_URLS)
    return profile.link.format(url=url, host=profile.escape(host)) if url else ""


def _answers(story: Shown, profile: Profile) -> list[str]:
    """Links to say relevant or not; mails that are already written are of no use in a chat room."""
    if not story.relevant.startswith("http"):
        return []
    links = (("Relevant", story.relevant), ("Not relevant", story.irrelevant))
    if "{host}" in profile.link:
        return [profile.link.format(host=word, url=url.translate(_IN_CHAT_URLS)) for word, url in links]
    return [f"{word}: {profile.link.format(url=url.translate(_IN_CHAT_URLS))}" for word, url in links]
