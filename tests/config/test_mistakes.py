"""Broken files and exactly what a person is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import loads
from monitor.errors import RulesError
from monitor.story import Outlet

OUTLETS = {"bbc": Outlet(name="bbc", title="BBC")}

# name -> the file, and what is said of it
BROKEN: dict[str, tuple[str, list[str]]] = {
    "empty file": (
        "",
        [
            "1:1: the file is empty; write rules: and under it at least one rule, such as  Huawei: [Huawei]",
        ],
    ),
    "only comments": (
        "# nothing yet\n",
        [
            "1:1: the file is empty; write rules: and under it at least one rule, such as  Huawei: [Huawei]",
        ],
    ),
    "a list": (
        "- Huawei\n",
        [
            "1:1: the file holds a list; write rules: and under it at least one rule, such as  Huawei: [Huawei]",
        ],
    ),
    "no rules": (
        "version: 1\n",
        [
            "1:1: rules: is missing; write at least one rule, such as  Huawei: [Huawei]",
        ],
    ),
    "empty rules": (
        "rules:\n",
        [
            "1:1: nothing stands behind rules; fill it in or delete the line",
        ],
    ),
    "unknown top key": (
        "ruels:\n  A: [x]\n",
        [
            '1:1: unknown key "ruels" (did you mean "rules"?)',
        ],
    ),
    "unknown rule key": (
        "rules:\n  Huawei:\n    anny: [Huawei]\n    any: [Huawei]\n",
        [
            '3:5: rule "Huawei": unknown key "anny" (did you mean "any"?)',
        ],
    ),
    "channels in a rule": (
        "rules:\n  A:\n    any: [x]\n    channels: [desk]\n",
        [
            '4:5: rule "A": unknown key "channels"; who is told is written under routes:',
        ],
    ),
    "duplicate rule": (
        "rules:\n  A: [x]\n  A: [y]\n",
        [
            '3:3: "A" stands here a second time (first in line 2); rename one of them or join the two',
        ],
    ),
    "star": (
        "rules:\n  A:\n    - *stan\n    - *stan*\n",
        [
            "3:7: text that starts with * must be in quotes (YAML reads it as a reference): - '*stan'",
            "4:7: text that starts with * must be in quotes (YAML reads it as a reference): - '*stan*'",
        ],
    ),
    "hash item": (
        "rules:\n  A:\n    - #tag\n    - b\n",
        [
            "3:7: rule \"A\": from the # on YAML reads a comment; put the term in quotes: - '#tag'",
        ],
    ),
    "hash in brackets": (
        "rules:\n  A: [Huawei, #tag]\n",
        [
            "2:15: from the # on YAML reads a comment; put the term in quotes: A: [Huawei, '#tag']",
        ],
    ),
    "hash behind a term": (
        "rules:\n  A:\n    - Huawei #5G\n",
        [
            '3:14: rule "A": YAML reads "#5G" as a comment; a comment needs a space behind its #; if it belongs to the term, put it in quotes: - \'Huawei #5G\'',
        ],
    ),
    "title with space": (
        "rules:\n  A:\n    - title: Winter Olympics\n",
        [
            '3:7: rule "A": YAML reads a colon and a space as key and value; leave the space out: - title:Winter Olympics',
        ],
    ),
    "title with space in brackets": (
        "rules:\n  A: [title: boycott, x]\n",
        [
            '2:7: rule "A": YAML reads a colon and a space as key and value; leave the space out: A: [title:boycott, x]',
        ],
    ),
    "colon in a term": (
        "rules:\n  A:\n    - Breaking: news\n",
        [
            "3:7: rule \"A\": YAML reads a colon and a space as key and value; put the term in quotes: - 'Breaking: news'",
        ],
    ),
    "colon at the end": (
        "rules:\n  A:\n    - Breaking:\n",
        [
            "3:7: rule \"A\": YAML reads a colon and a space as key and value; put the term in quotes: - 'Breaking:'",
        ],
    ),
    "quotes then text": (
        'rules:\n  A:\n    - "forced labour" NEAR/5 cotton\n',
        [
            "3:22: quotes must go round the whole text or be left out (two words are a phrase without them): - forced labour NEAR/5 cotton",
        ],
    ),
    "quotes then text in brackets": (
        'rules:\n  A: [x, "a b" NEAR/5 c]\n',
        [
            "2:15: quotes must go round the whole text or be left out (two words are a phrase without them): A: [x, a b NEAR/5 c]",
        ],
    ),
    "regex in brackets": (
        "rules:\n  A: ['x', /wom[ae]n/]\n",
        [
            "2:16: text that holds [ must be in quotes inside [ ] or { }: A: ['x', '/wom[ae]n/']",
        ],
    ),
    "question mark in brackets": (
        "rules:\n  A: [title:/colou?r/, x]\n",
        [
            "2:19: text that holds ? must be in quotes inside [ ] or { }: A: ['title:/colou?r/', x]",
        ],
    ),
    "regex cut by comma": (
        "rules:\n  A: [/a{1,2}/]\n",
        [
            "2:9: text that holds { must be in quotes inside [ ] or { }: A: ['/a{1,2}/']",
        ],
    ),
    "regex cut by a bare comma": (
        "rules:\n  A: [/one, two/]\n",
        [
            "2:11: rule \"A\": a comma or bracket cuts this regex in two; put it in quotes: A: ['/one, two/']",
        ],
    ),
    "backslash in double quotes": (
        'rules:\n  A: ["/\\d+ people/"]\n',
        [
            "2:7: in double quotes a backslash starts an escape such as \\n; use single quotes: A: ['/\\d+ people/']",
        ],
    ),
    "backspace in double quotes": (
        'rules:\n  A: ["/\\bcamp\\b/"]\n',
        [
            "2:7: in double quotes YAML reads \\b as a backspace; use single quotes: A: ['/\\bcamp\\b/']",
        ],
    ),
    "tab": (
        "rules:\n\tA: [x]\n",
        [
            "2:1: this line is indented with a tab; YAML wants spaces (two for each level)",
        ],
    ),
    "anchor": (
        "rules:\n  A: &a [x]\n",
        [
            "2:6: text that starts with & must be in quotes (YAML reads it as an anchor): A: '&a [x]'",
        ],
    ),
    "tag": (
        "rules:\n  A: [!important]\n",
        [
            "2:7: text that starts with ! must be in quotes (YAML reads it as a tag): A: ['!important']",
        ],
    ),
    "merge": (
        "rules:\n  A:\n    <<: {any: [x]}\n    any: [y]\n",
        [
            "3:5: merging with << is not read here; write the keys out",
        ],
    ),
    "open bracket": (
        "rules:\n  A: [x, y\n  B: [z]\n",
        [
            "2:6: the [ that opens here is not closed; a ] or a comma is missing before line 3",
        ],
    ),
    "no space behind colon": (
        "rules:\n  A:[x]\n  B: [z]\n",
        [
            "2:5: a space is missing behind the colon: A: [x]",
        ],
    ),
    "missing dash": (
        "rules:\n  A:\n    - Huawei\n      Hikvision\n",
        [
            '3:7: rule "A": YAML joins these lines into one term, "Huawei Hikvision"; a dash or a comma is missing, or the term belongs on one line',
        ],
    ),
    "missing comma": (
        "rules:\n  A: [Huawei,\n      Hikvision\n      Dahua]\n",
        [
            '3:7: rule "A": YAML joins these lines into one term, "Hikvision Dahua"; a dash or a comma is missing, or the term belongs on one line',
        ],
    ),
    "indentation": (
        "rules:\n  A: [x]\n   B: [y]\n",
        [
            "3:4: the indentation does not fit: 3 spaces here, 2 in line 2; lines that belong together start in the same column",
        ],
    ),
    "list on the line": (
        "rules:\n  A: - x\n",
        [
            "2:6: a list with dashes starts on a new line; on this line write: A: [x]",
        ],
    ),
    "two documents": (
        "rules:\n  A: [x]\n---\nrules: {}\n",
        [
            "3:1: a second document starts here (---); rules.yaml holds one: delete this line",
        ],
    ),
    "deep": (
        "rules: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n",
        [
            "1:8: nested more than 20 levels deep; no rulebook needs that",
        ],
    ),
    "control": (
        "rules:\n  A: [x\x07y]\n",
        [
            "2:8: an invisible control character (U+0007); delete it",
        ],
    ),
    "rule is a text": (
        "rules:\n  A: Huawei\n",
        [
            '2:6: rule "A": a rule is a list of terms; write  A: [Huawei]',
        ],
    ),
    "empty list": (
        "rules:\n  A: []\n",
        [
            '2:6: rule "A": this list is empty',
        ],
    ),
    "list in any": (
        "rules:\n  A:\n    any: [x, [y, z]]\n",
        [
            '3:14: rule "A": a list cannot stand inside any; only all takes lists (each then means: one of these)',
        ],
    ),
    "any is a text": (
        "rules:\n  A:\n    any: x\n",
        [
            '3:10: rule "A": any takes a list: any: [x]',
        ],
    ),
    "only none": (
        "rules:\n  A:\n    none: [x]\n",
        [
            '2:3: rule "A": this rule looks for nothing; give it any, all, at_least, score or query',
        ],
    ),
    "at_least alone": (
        "rules:\n  A:\n    at_least: 2\n",
        [
            '3:5: rule "A": at_least needs of beside it: at_least: 2 and of: [one, two, three]',
        ],
    ),
    "at_least too many": (
        "rules:\n  A:\n    at_least: 3\n    of: [x, y]\n",
        [
            '3:15: rule "A": at_least asks for 3 of 2 terms; that can never be',
        ],
    ),
    "threshold missing": (
        "rules:\n  A:\n    score: {x: 1}\n",
        [
            '3:5: rule "A": score needs threshold beside it: score: {term: 2} and threshold: 3',
        ],
    ),
    "weight no number": (
        "rules:\n  A:\n    score: {x: much}\n    threshold: 1\n",
        [
            '3:16: rule "A": score: the weight of "x" must be a number, not "much"',
        ],
    ),
    "query mix": (
        "rules:\n  A:\n    query: 'a AND b OR c'\n",
        [
            '3:21: rule "A": query: AND and OR side by side can be read in two ways; write (a AND b) OR c or a AND (b OR c)\n    a AND b OR c\n            ^',
        ],
    ),
    "set unknown": (
        "terms:\n  uyghur: [Uyghur*]\nrules:\n  A: [x, $uygur]\n",
        [
            '4:10: rule "A": term "$uygur": there is no term set $uygur (did you mean $uyghur?)',
        ],
    ),
    "set with dollar": (
        "terms:\n  $uyghur: [Uyghur*]\nrules:\n  A: [x]\n",
        [
            '2:3: terms "$uyghur": the name of a term set is one word of letters, digits, _ and -; write uyghur: here and $uyghur in rules',
        ],
    ),
    "set cycle": (
        "terms:\n  a: [$b]\n  b: [$a]\nrules:\n  A: [$a]\n",
        [
            '2:3: terms "a": this set holds itself: $a → $b → $a',
        ],
    ),
    "folds to nothing": (
        "rules:\n  A: [x, '!!!']\n",
        [
            '2:10: rule "A": term "!!!": nothing is left of this term once punctuation is folded away: write a word',
        ],
    ),
    "bad regex": (
        "rules:\n  A: ['/(camp/']\n",
        [
            '2:7: rule "A": term "/(camp/": bad regex: missing ): ((camp)',
        ],
    ),
    "priority": (
        "rules:\n  A:\n    any: [x]\n    priority: hihg\n",
        [
            '4:15: rule "A": priority is low, normal, high or urgent, not "hihg" (did you mean "high"?)',
        ],
    ),
    "field": (
        "rules:\n  A:\n    any: [x]\n    fields: [titel]\n",
        [
            '4:14: rule "A": unknown field "titel" (did you mean "title"?)',
        ],
    ),
    "active": (
        "rules:\n  A:\n    any: [x]\n    active: {from: 2022-03-31, until: yesterday}\n",
        [
            '4:39: rule "A": active: until takes a date such as 2022-03-31, not "yesterday"; leave it out where there is no end',
        ],
    ),
    "test fails": (
        "rules:\n  A:\n    any: [Huawei]\n    tests:\n      match: [Hikvision in Berlin]\n      no_match: [Huawei in Bonn]\n",
        [
            '5:15: rule "A": this test should match and does not: "Hikvision in Berlin" (not met: any of Huawei)',
            '6:18: rule "A": this test should not match and does: "Huawei in Bonn" (found: Huawei)',
        ],
    ),
    "formerly": (
        "rules:\n  A: [x]\n  B:\n    any: [y]\n    formerly: [A]\n",
        [
            '3:3: rule "B": formerly names "A", which is a rule of its own here',
        ],
    ),
    "secret": (
        'rules:\n  A: [x]\nchannels:\n  desk: {url: "slack://tokena/tokenb/tokenc"}\n',
        [
            '4:3: warning: channel "desk": no route, brief or operator uses it; nothing will be sent there',
            '4:15: channel "desk": an address of a channel is a secret and must not stand in this file; write url: "env:DESK" and put DESK=... into the env file',
        ],
    ),
    "channel unknown": (
        'rules:\n  A: [x]\nroutes:\n  - {to: [dsek]}\nchannels:\n  desk: {url: "env:DESK"}\n',
        [
            '4:11: route 1: there is no channel "dsek" (did you mean "desk"?)',
            '6:3: warning: channel "desk": no route, brief or operator uses it; nothing will be sent there',
        ],
    ),
    "when": (
        "rules:\n  A: [x]\nroutes:\n  - {to: [terminal], when: tomorrow}\n",
        [
            '4:28: route 1: \'tomorrow\' says no time; write "at once", "hourly", "daily 07:00", "weekly Friday 09:00" or "at once 07-20 Europe/Berlin, else 07:00"',
        ],
    ),
    "no route": (
        "rules:\n  A: [x]\nroutes:\n  - {rules: {priority: high}, to: [terminal]}\n",
        [
            '2:3: rule "A" reaches no route: nobody would be told; add a route that takes it',
        ],
    ),
    "route rule unknown": (
        "rules:\n  Huawei: [x]\nroutes:\n  - {rules: [Huwaei], to: [terminal]}\n  - {to: [terminal]}\n",
        [
            '4:14: route 1: there is no rule "Huwaei" (did you mean "Huawei"?)',
        ],
    ),
    "mail": (
        'rules:\n  A: [x]\nroutes:\n  - {to: [d]}\nchannels:\n  d: {url: "env:D", to: [editor]}\n',
        [
            '6:26: channel "d": "editor" is no mail address; write one such as editor@example.org',
        ],
    ),
    "outlet unknown": (
        "rules:\n  A: [x]\nsources:\n  - bcc\n",
        [
            '4:5: there is no outlet "bcc" (did you mean "bbc"?)',
        ],
    ),
    "bare address": (
        "rules:\n  A: [x]\nsources:\n  - https://example.org/feed\n",
        [
            '4:5: an address needs to be called a feed, sitemap or listing: - {feed: "https://example.org/feed"}',
        ],
    ),
    "bad address": (
        "rules:\n  A: [x]\nsources:\n  - {feed: example.org/feed}\n",
        [
            '4:12: source "example.org/feed": "example.org/feed" is no web address; write it in full, such as https://example.org/feed',
        ],
    ),
    "interval": (
        'rules:\n  A: [x]\nsources:\n  - {feed: "https://example.org/feed", interval: often}\n  - {feed: "https://example.org/b", interval: 5s}\n',
        [
            '4:50: source "https://example.org/feed": interval takes a duration such as 15m, "10 minutes", 3d or "2 years", not "often"',
            '5:47: source "https://example.org/b": interval must be at least 1 minute; polling faster would trouble the outlet',
        ],
    ),
    "zone": (
        "timezone: Berlin\nrules:\n  A: [x]\n",
        [
            '1:11: timezone: there is no time zone "Berlin" (did you mean "Europe/Berlin"?)',
        ],
    ),
    "setting": (
        "rules:\n  A: [x]\nsettings: {keep_bodys: 2 years, burst: many, max_age: soon}\n",
        [
            '3:12: settings: unknown key "keep_bodys" (did you mean "keep_bodies"?)',
            '3:40: settings: burst takes a whole number of at least 1, not "many"',
            '3:55: settings: max_age takes a duration such as 15m, "10 minutes", 3d or "2 years", not "soon"',
        ],
    ),
    "version": (
        "version: 2\nrules:\n  A: [x]\n",
        [
            '1:10: version is 1, not "2"; this file may be made for a later Copytaster',
        ],
    ),
    "database": (
        'rules:\n  A: [x]\nsettings: {database: "postgresql://u:p@h/d"}\n',
        [
            '3:22: settings: database takes a file name such as stories.db, or "env:NAME"; an address with its password stays out of this file',
        ],
    ),
    "brief": (
        "rules:\n  A: [x]\nbriefs:\n  weekly: {title: Weekly}\n",
        [
            '4:3: brief "weekly": when is missing, such as when: "Friday 09:00"',
        ],
    ),
    "brief without a time": (
        "rules:\n  A: [x]\nbriefs:\n  weekly: {when: at once}\n",
        ['4:18: brief "weekly": a brief is drafted at a time: when: Friday 09:00, or daily 07:00'],
    ),
    "heartbeat without a time": (
        "rules:\n  A: [x]\nroutes:\n  - {to: [terminal], when: hourly, heartbeat: yes}\n",
        [
            "4:47: route 1: heartbeat needs a time at which nothing was to be told: when: daily 07:00, or Friday 09:00",
        ],
    ),
    "a region as time zone": (
        "timezone: Europe\nrules:\n  A: [x]\n",
        [
            '1:11: timezone: there is no time zone "Europe"; name a place in it, such as Europe/Amsterdam, Europe/Andorra or Europe/Astrakhan',
        ],
    ),
    "a threshold that is no number": (
        "rules:\n  A:\n    score: {x: 2}\n    threshold: .nan\n",
        [
            '4:16: rule "A": threshold takes a number above 0, not ".nan"',
        ],
    ),
    "addresses for answers": (
        "rules:\n  A: [x]\nsettings:\n  public: desk.example.org\n  replies: nobody\n  mailbox: imaps://me:secret@host\n",
        [
            '4:11: settings: public takes the web address of copytaster serve, such as https://desk.example.org/copytaster, not "desk.example.org"',
            '5:12: settings: "nobody" is no mail address; write one such as answers@example.org',
            '6:12: settings: mailbox takes env:NAME or file:/full/path, never the address itself; write mailbox: "env:MAILBOX" and put MAILBOX=imaps://user:password@host into the env file',
        ],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_every_mistake_is_told_with_its_place(name: str) -> None:
    text, said = BROKEN[name]
    with pytest.raises(RulesError) as caught:
        loads(text, Path("rules.yaml"), OUTLETS)
    assert [str(mistake) for mistake in caught.value.mistakes] == [f"rules.yaml:{line}" for line in said]


def test_many_mistakes_are_told_at_once() -> None:
    text = """\
timezone: Berlin
terms:
  uyghur: [Uyghur*, *ghur]
rules:
  A:
    anny: [x]
    all: ["a b" NEAR/5 c]
  B: [$uygur]
sources: [bcc]
"""
    with pytest.raises(RulesError) as caught:
        loads(text, Path("rules.yaml"), OUTLETS)
    assert [mistake.line for mistake in caught.value.mistakes] == [1, 3, 6, 7, 8, 9]


# a second mistake must be told beside the first, whatever the first is: (file, lines of the mistakes)
TOGETHER: dict[str, tuple[str, list[int]]] = {
    "a slip and a term that folds to nothing": (
        "rules:\n  A:\n    anny: [x]\n    any: [one, '!!!']\n",
        [3, 4],
    ),
    "a slip and an unknown set": ("rules:\n  A:\n    priority: highest\n    any: [one, $nix]\n", [3, 4]),
    "a slip and a bad regex": ("rules:\n  A:\n    tags: {}\n    all: [one, ['/.*/', '/a(b/']]\n", [3, 4, 4]),
    "two terms of one list": ("rules:\n  A: ['a NEAR/5', '!!!']\n", [2, 2]),
    "a broken query and a set in a list": (
        "rules:\n  A:\n    query: a AND b OR c\n    none: [$nix]\n",
        [3, 4],
    ),
    "an empty list and a score": (
        "rules:\n  A:\n    any: []\n    score: {$nix: 1}\n    threshold: 1\n",
        [3, 4],
    ),
    "a slip and a rule that is never true": (
        "rules:\n  A:\n    priority: highest\n    any: [x]\n    none: [x]\n",
        [2, 3],
    ),
    "a slip in one rule and a failing test in another": (
        "rules:\n  A: [$nix]\n  B:\n    any: [x]\n    tests:\n      match: [y]\n",
        [2, 6],
    ),
    "a broken set and a failing test that needs it not": (
        (
            "terms:\n  s: [x, '/a(/']\n  t: ['/[/']\nrules:\n  A:\n    any: [x]\n    tests:\n      match: [y]\n"
            "  B:\n    any: [$s]\n    tests:\n      match: [needs the set]\n"
        ),
        [2, 3, 8],
    ),
    "a torn line and a failing test elsewhere": (
        "rules:\n  A: ['it's, b]\n  B:\n    any: [x]\n    tests:\n      match: [y]\n",
        [2, 6],
    ),
    "a wrong version and a failing test": (
        "version: 9\nrules:\n  B:\n    any: [x]\n    tests:\n      match: [y]\n",
        [1, 6],
    ),
    "a set with a slip and a rule without": (
        "terms:\n  s: ['a NEAR/5', b]\nrules:\n  A:\n    any: [$s, '!!!']\n    tests:\n      match: [a]\n",
        [2, 5],
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_no_mistake_hides_another(name: str) -> None:
    text, lines = TOGETHER[name]
    with pytest.raises(RulesError) as caught:
        loads(text, Path("rules.yaml"), OUTLETS)
    assert [mistake.line for mistake in caught.value.mistakes] == lines, caught.value
