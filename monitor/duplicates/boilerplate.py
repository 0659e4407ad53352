"""What is in a text but not of the story: credits, datelines, prefaces, tails, walls."""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass
from typing import Any

import re2


def linear(pattern: str) -> Any:
    """Compile a pattern whose search takes time in proportion to the text; spaces in it are layout."""
    return re2.compile("".join(line.strip() for line in pattern.splitlines()))


AGENCIES = (
    r"Reuters|AP|A\.P\.|Associated Press|The Associated Press|AFP|Agence France-Presse|UPI|PA|PA Media|dpa|DPA|EFE|"
    r"ANSA|AAP|Xinhua|TASS|Tass|Interfax|IANS|PTI|ANI|Kyodo|Yonhap|Bloomberg|CNN|BBC|BBC News|RFA|RFE/RL|VOA|"
    r"CBC|CBS|NBC|ABC News|Dow Jones|MarketWatch|Sports Network|Ticker|PC World|PCWorld|NewsFactor|InfoWorld|"
    r"Thomson Reuters|Canadian Press|The Canadian Press|Press Association|PR Newswire|Business Wire|GlobeNewswire"
)
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.?"
_DATE = rf"(?:{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?)"
_PLACE = r"[A-Z][A-Z.'’\-]+(?:[ /,]+[A-Z][A-Za-z.'’\-]*){0,5}"
_DASH = r"(?:--|[-–—:])"
_HEADS = tuple(
    re.compile(p)
    for p in (
        rf"(?:[A-Z][\w .,/'’\-]{{1,45}}?)?\((?:{AGENCIES})\)\s*(?:{_DASH}+\s*)?",
        rf"(?:{AGENCIES})\s+[A-Z][a-z]+(?:\s[A-Z][a-z]+)?\s+{_DATE}\s*{_DASH}\s*",
        rf"(?:{AGENCIES})\s+{_DASH}\s+",
        rf"{_PLACE},?\s+(?:{_DATE})?\s*{_DASH}+\s+",
        rf"{_PLACE},?\s+{_DATE}\s*{_DASH}*\s*",
        rf"(?:com |COM )?{_DATE}, \d{{1,2}}:\d{{2}} [AP]M [A-Z]{{2,3}}\.?\s*",
        rf"{_PLACE}:\s+",
    )
)
_BRACKET = 50  # characters within which the bracket of a head stands
_OPENERS = tuple(f"{AGENCIES}|com |Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec".split("|"))
_SHOUTED = re.compile(r"\b[A-Z][A-Z'’\-]{2,}\b")
_AGENCY = re.compile(rf"\b(?:{AGENCIES})\b")
_PREFACE = re.compile(
    r"""^\W*(?:below\s+is\s+an?\s+(?:article|report|story|statement|letter)[^.:]{0,40}?(?:published|written|issued)\s+(?:by|in|on)
    |(?:this|the\s+following)\s+(?:article|story|report|piece|post|essay)\s+(?:was\s+|is\s+|has\s+been\s+|is\s+being\s+)?
      (?:originally\s+|first\s+)?(?:published|appeared|republished|posted|reprinted|reproduced)(?:\s+here)?(?:\s+with\s+permission)?
      \s+(?:by|in|on|at|from)
    |(?:originally|first|re-?)\s*-?\s*(?:published|posted|appeared|printed)\s+(?:by|in|on|at|from)
    |(?:re)?published\s+with\s+(?:the\s+)?permission\s+(?:of|from)
    |(?:source|via|courtesy\s+of)\s*:)
    \s*(?P<origin>[^.:\n,;()]{2,60}?)\s*(?:,\s*\d[^.\n]{0,20}|\s+on\s+\d[^.\n]{0,25}|\s+on\s+[A-Z][a-z]+\s\d[^.\n]{0,12})?
    (?:[.:\n,;]+|$)(?:\s*photos?(?:\s+credits?)?\s*(?:by|:)?\s+[^.\n]{2,50}\.)?\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_APPEARED = re.compile(
    r"(?:the\s+post\s+.{0,200}?\s)?(?:first\s+appeared|appeared\s+first|originally\s+appeared|originally\s+published)"
    r"\s+(?:on|in|at|by)\s+(?P<origin>[^.\n]{2,60})\.?\s*$",
    re.IGNORECASE,
)
_TAIL = linear(
    r"""(?i)(?:^|\b)(?:
    read\s+(?:more|also|the\s+full|next|on)\b|click\s+here|continue\s+reading|sign\s+(?:up|in)\b|log\s+in\b|subscrib(?:e|ing|ptions?)\b|newsletter
    |all\s+rights\s+reserved|copyright\b|©|cookie|javascript|ad[\s-]?block|privacy\s+policy|terms\s+of\s+(?:use|service)
    |follow\s+(?:us|the|him|her|.{2,30}\s+on\s+(?:twitter|facebook|x))\b|like\s+us\s+on|join\s+our|download\s+(?:our|the)\s+app
    |this\s+material\s+may\s+not\s+be|may\s+not\s+be\s+(?:published|reproduced|republished)|not\s+be\s+held\s+responsible
    |is\s+not\s+responsible\s+for\s+the\s+content|external\s+(?:sites|links)|share\s+(?:this|on)\b|view\s+comments
    |get\s+(?:unlimited|full)\s+access|to\s+(?:continue|keep)\s+reading|you\s+have\s+(?:reached|read|used)\b.{0,40}\b(?:free|limit)
    |already\s+a\s+(?:subscriber|member)|become\s+a\s+(?:member|subscriber)|free\s+trial|support\s+(?:our|independent)\s+journalism
    |make\s+a\s+donation|donate\s+(?:now|today)|advertis(?:e|ement)|watch\s+(?:live|the\s+video)|listen\s+to\s+the\s+podcast
    |our\s+standards:|(?:additional\s+)?report(?:ing|ed)\s+by\b|edit(?:ing|ed)\s+by\b|(?:writing|compiled)\s+by\b|contributed\s+to\s+this
    |this\s+story\s+(?:has\s+been|was)\s+(?:updated|published\s+from)|has\s+not\s+been\s+edited\s+by|auto-generated\s+from
    |for\s+more\s+(?:information|news|stories)|more\s+on\s+this\s+story|related\s+(?:stories|articles|topics|links)
    |photos?(?:\s+credits?)?\s*(?:by|:)|image\s+(?:credit|source|caption)|getty\s+images|file\s+photo
    |already\s+registered|cancel\s+(?:at\s+)?any\s*time|(?:start|with)\s+(?:your|a)\s+(?:free\s+)?trial|from\s+(?:as\s+little\s+as|only|just)\s+.{1,12}\s+(?:a|per)\s+(?:week|month)
    |before\s+you\s+continue|partners\s+(?:store|use|process)|information\s+on\s+(?:a|your)\s+device|privacy\s+(?:centre|center|settings|choices|notice)
    |unlimited\s+(?:digital\s+)?access|digital\s+access|plans\s+(?:currently\s+)?available|unlock\s+this\s+(?:article|story)
    |your\s+choices?\s+(?:will\s+)?appl(?:y|ies)|measure\s+(?:content|ads)
    |abonnement|abonnieren|abonnent|\babonn|abbona|suscr[ií]b|s.identifier|connectez-vous|inscrivez-vous|inicia(?:r)?\s+sesi[oó]n|(?:hier|jetzt)\s+anmelden
    |jetzt\s+(?:\S+\s+){0,3}(?:testen|lesen|abonnieren)|kostenlos\s+testen|weiterlesen|lire\s+la\s+suite|leer\s+m[aá]s|alle\s+rechte\s+vorbehalten|tous\s+droits\s+r[eé]serv
    |we\s+and\s+our\s+partners|consent\s+to|personali[sz]ed\s+(?:ads|content)|accept\s+all|manage\s+(?:preferences|choices)
    |e-?mail\s+(?:address|us)|contact\s+us|comments\s+are\s+closed|enable\s+\w+\s+in\s+your\s+browser
    )"""
)
SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"'”’)]*\s+|\n+")
_ONLY_LINKS = re.compile(r"(?:\s*•[^\n]*(?:\n|$))+")  # headlines of other stories
_LEFTOVER = re.compile(r"\s?(?<![A-Za-z])#?(?:quot|amp|lt|gt|nbsp|39|apos);")
_TITLE_HEAD = re.compile(
    r"^(?:(?:\w+ )?(?:update|wrapup|refile|corrected|correction|exclusive|breaking(?: news)?|watch|video|live|urgent|rpt|"
    r"factbox|analysis|snap analysis|just in|developing)\s*\d*\s*[:\-–—|]+\s*)+",
    re.IGNORECASE,
)
_TITLE_TAIL = re.compile(rf"\s*(?:\((?:{AGENCIES})\)|\s[|]\s*[^|]{{2,30}}|\s[-–—]+\s(?:{AGENCIES}))\s*$")
_TICKER = re.compile(
    r"<[A-Z][A-Z0-9.]{0,9}>|\b[A-Z]{1,5}\.(?:N|O|L|T|PA|DE|HK)\b|\((?:NYSE|Nasdaq|NASDAQ|LSE):\s?\w+\)"
)
_TICKER_MARKS = ("<", ".N", ".O", ".L", ".T", ".PA", ".DE", ".HK", "(N", "(L")
_ENDS = (". ", "! ", "? ", "\n")
_BETWEEN_WALLS = 40  # words
_CURT = 15  # words: a story about subscribers says more
_SHORT_TAIL = 28  # words; a longer sentence that mentions cookies is a story


NOTICE = re.compile(
    r"""^\W*(?:correction|clarification|retraction|erratum|editor['’]?s['’]?\snote)\b
    |\b(?:an?|the)\s(?:earlier|previous|original)\s(?:version|headline)\sof\sthis\b
    |\bthis\s(?:article|story|report|piece|headline|post)\s(?:was|has\sbeen|is\sbeing)\s
      (?:\w+\s)?(?:amended|corrected|withdrawn|removed|retracted|updated\sto\s(?:correct|clarify|remove))
    |\bwe\s(?:regret|apologi[sz]e\sfor)\s(?:the|this|our|any)\s(?:error|mistake)
    |\b(?:amended|corrected)\son\s\d{1,2}\s[A-Z]
    |\((?:corrects|this\s(?:\w+\s\d{1,2}\s)?(?:story|article|report)\scorrects)\s
    |^\W*this\s(?:\w+\.?\s\d{1,2}\s)?(?:story|article|report)\s(?:corrects|has\sbeen\scorrected)\b
    |\b(?:was|were)\smis(?:stated|spelled|spelt|identified|quoted|named)\sin\san\s(?:earlier|previous)\sversion\b
    |\bhas\swithdrawn\s(?:its|this|the)\s(?:story|report|article)\b
    |\bplease\sdisregard\s(?:this|the|our)\b|^\W*editors:\s(?:please\s)?disregard\b
    |^\W*we\shave\sremoved\s|^\W*updated\sto\scorrect\b
    |^\W*(?:korrektur|berichtigung|richtigstellung|anmerkung\sder\sredaktion|rectificatif|errat(?:um|a)(?:\scorrige)?
      |correcci[oó]n|fe\sde\serrat[ao]s|fe\sde\serrores|rectificaci[oó]n|correção|rettifica|düzeltme|исправление|поправка
      |更正|تصحيح)\s?[:：]""",
    re.IGNORECASE | re.VERBOSE,
)
NOTICE_TITLE = re.compile(
    r"^\W*(?:(?:corrected|correction|corrects|retracted|retraction|withdrawn)\b\W|kill\s?:)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A text without its trappings. `origin`: whom a preface or tail names as the first publisher."""

    text: str
    origin: str = ""
    dateline: str = ""


def unescaped(text: str) -> str:
    """Undo entities that survived one round of unescaping."""
    text = html.unescape(text)
    if ";" not in text:
        return text
    return _LEFTOVER.sub(lambda m: " & " if "amp" in m.group() else "'" if "39" in m.group() else " ", text)


def clean(text: str) -> Cleaned:
    """Take preface, dateline, agency credit and boilerplate sentences away."""
    text = unescaped(text).strip()
    if text.startswith("•") and _ONLY_LINKS.fullmatch(text):
        return Cleaned("")
    text, origin = _without_preface(text)
    start = _suspect(text)
    if start is None:
        return _headless(text.replace("\n", " "), origin)
    kept = [text[:start].replace("\n", " ").strip()] if start else []
    for sentence in _unwalled([s for s in map(str.strip, SENTENCE.split(text[start:])) if s]):
        appeared = _APPEARED.search(sentence) if "ppeared" in sentence or "ublished" in sentence else None
        if appeared is not None:
            origin = origin or appeared["origin"].strip()
            sentence = sentence[: appeared.start()].strip()
        if sentence:
            kept.append(sentence)
    return _headless(" ".join(kept), origin)


def _unwalled(sentences: list[str]) -> list[str]:
    """Leave out boilerplate sentences, and the few words that stand between two of them."""
    walls = [n for n, s in enumerate(sentences) if is_boilerplate(s) and _APPEARED.search(s) is None]
    gone = set(walls)
    curt = [n for n in walls if len(sentences[n].split()) <= _CURT]
    for one, other in itertools.pairwise(curt):
        if sum(len(s.split()) for s in sentences[one + 1 : other]) <= _BETWEEN_WALLS:
            gone.update(range(one, other))
    return [s for n, s in enumerate(sentences) if n not in gone]


def _headless(text: str, origin: str) -> Cleaned:
    rest = _without_head(text)
    head = text[: len(text) - len(rest)]
    return Cleaned(_without_tickers(rest), origin, head)


def shouted(dateline: str) -> str:
    """Give the words in capitals of a dateline, the agency's aside: a place."""
    return " ".join(_SHOUTED.findall(_AGENCY.sub(" ", dateline)))


def _suspect(text: str) -> int | None:
    """Give the place of the first sentence that may have to go, if any: to take every text apart costs thrice as much."""
    if any(mark in text for mark in ("ppeared", "ublished", "©")):
        return 0
    found = _TAIL.search(text)
    if found is None:
        return None
    ends = ((text.rfind(end, 0, found.start()), len(end)) for end in _ENDS)
    return max((place + length for place, length in ends if place >= 0), default=0)


def _without_tickers(text: str) -> str:
    return _TICKER.sub(" ", text) if any(mark in text for mark in _TICKER_MARKS) else text


def _without_preface(text: str) -> tuple[str, str]:
    found = _PREFACE.match(text)
    if found is None:
        return text, ""
    return text[found.end() :], found["origin"].strip()


def _without_head(text: str) -> str:
    if "(" not in text[:_BRACKET] and text[1:2].islower() and not text.startswith(_OPENERS):
        return text  # no head begins so: nine texts in ten are spared seven patterns
    for head in _HEADS:
        found = head.match(text)
        if found is not None and found.end() < len(text):
            return text[found.end() :]
    return text


def is_boilerplate(sentence: str) -> bool:
    """Whether a sentence is addressed to the reader of the site, not of the story."""
    return len(sentence.split()) <= _SHORT_TAIL and _TAIL.search(sentence) is not None


def clean_title(title: str) -> str:
    """Take UPDATE 2-, (Reuters), tickers and the outlet's own name away from a headline."""
    title = _TITLE_HEAD.sub("", unescaped(title).strip())
    return _without_tickers(_TITLE_TAIL.sub("", title)).strip() or title
