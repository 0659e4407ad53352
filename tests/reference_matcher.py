"""The rule language as its definition reads: every word against every term. Slow, obvious, the oracle."""

import re
import unicodedata

from monitor.rules import (
    AllOf,
    AnyOf,
    AtLeast,
    Choice,
    Field,
    Kind,
    Leaf,
    Near,
    NoneOf,
    Regex,
    Score,
    SetRef,
)
from monitor.rules.needles import PARTICLES
from monitor.text import sentences
from monitor.text.letters import invisible, stands_alone
from tests.reference_text import slow_fold, slow_words


class Part:
    """One text of a story with its words."""

    def __init__(self, field, index, text):
        self.field, self.index, self.text = field, index, text
        self.words = slow_words(text)


def parts_of(story):
    texts = {
        Field.TITLE: story.titles,
        Field.SUMMARY: [story.summary],
        Field.BODY: [story.body],
        Field.BYLINE: story.authors,
        Field.SECTION: story.sections,
        Field.OUTLET: [story.outlet],
        Field.URL: [story.url],
    }
    return [Part(f, i, t) for f in Field for i, t in enumerate(texts[f])]


def match(story, rules, term_sets, parts=None):
    """Give [(rule name, {(field, index, start, end, term)}, score)] of the rules that are met."""
    parts = parts or parts_of(story)
    found = []
    for rule in rules:
        met, evidence, score = judge(rule.clause, rule, parts, term_sets)
        if met:
            found.append((rule.name, evidence, score))
    return found


def judge(clause, rule, parts, sets):
    """Give (met, evidence, score)."""
    if isinstance(clause, Leaf):
        evidence = leaf(clause.term, rule.fields, parts, sets)
        return bool(evidence), evidence, None
    if isinstance(clause, Score):
        total, evidence = 0, set()
        for part, weight in clause.weighted:
            met, found, _ = judge(part, rule, parts, sets)
            if met:
                best = max((rule.weights.get(e[0], 1.0) for e in found), default=1.0) if rule.weights else 1.0
                total += weight * best
                evidence |= found
        return total + 1e-9 >= clause.threshold, evidence, total
    judged = [judge(c, rule, parts, sets) for c in clause.clauses]
    true = sum(met for met, _, _ in judged)
    evidence = set().union(*(found for met, found, _ in judged if met))
    if isinstance(clause, NoneOf):
        return true == 0, set(), None
    if isinstance(clause, AtLeast):
        return true >= clause.count, evidence, None
    if isinstance(clause, AnyOf):
        return true > 0, evidence, None
    assert isinstance(clause, AllOf)
    scores = [score for _, _, score in judged if score is not None]
    return true == len(judged), evidence, scores[0] if scores else None


def leaf(term, fields, parts, sets):
    """Give the evidence of one term."""
    found = set()
    for pattern, field, text in expand(term, sets):
        for part in parts:
            if part.field in ((field,) if field else fields):
                for start, end in characters(pattern, part, sets):
                    found.add((part.field, part.index, start, end, text))
    return found


def expand(term, sets):
    """Give (pattern, field, text as written) with term sets replaced by their terms."""

    def inner(pattern, field, text):
        if isinstance(pattern, SetRef):
            for member in sets[pattern.name]:
                yield from inner(member.pattern, field or member.field, member.text)
        elif isinstance(pattern, Choice):
            for part in pattern.patterns:
                yield from inner(part, field, text)
        else:
            yield pattern, field, text

    return list(inner(term.pattern, term.field, term.text))


def characters(pattern, part, sets):
    if isinstance(pattern, Regex):
        return regex(pattern.source, part.text)
    return [(part.words[i][1], part.words[j - 1][2]) for i, j in spans(pattern, part, sets)]


def spans(pattern, part, sets):
    """Give (first word, word after the last) of every place."""
    words = part.words
    if isinstance(pattern, Choice):
        return sorted({s for p in pattern.patterns for s in spans(p, part, sets)})
    if isinstance(pattern, SetRef):
        return sorted({s for m in sets[pattern.name] for s in spans(m.pattern, part, sets)})
    if isinstance(pattern, Near):
        return near(pattern, part, sets)
    if isinstance(pattern, Regex):
        found = set()
        for start, end in regex(pattern.source, part.text):
            touched = [i for i, (_, a, b) in enumerate(words) if a < end and b > start]
            if touched:
                found.add((touched[0], touched[-1] + 1))
        return sorted(found)
    pieces = [p for slot in pattern.slots for p in split(slot, pattern.cased)]
    size = len(pieces)
    return [
        (i, i + size)
        for i in range(len(words) - size + 1)
        if all(alike(p[0], p[1], words[i + k][0], korean=p[2] is None) for k, p in enumerate(pieces))
        and (not pattern.cased or capitals(pieces, part.text[words[i][1] : words[i + size - 1][2]]))
    ]


def split(slot, cased):
    parts = slow_fold(slot.text).split()
    exact = slow_fold(slot.text, keep_case=True).split() if cased else [None] * len(parts)
    for i, part in enumerate(parts):
        kind = slot.kind
        if len(parts) > 1:
            before = i == 0 and kind in {Kind.SUFFIX, Kind.INNER}
            after = i == len(parts) - 1 and kind in {Kind.PREFIX, Kind.INNER}
            kind = Kind.SUFFIX if before else Kind.PREFIX if after else Kind.WORD
        yield part, kind, exact[i]


def capitals(pieces, text):
    seen = slow_fold(text, keep_case=True).split()
    return len(seen) == len(pieces) and all(
        alike(exact, kind, word, korean=False) for (_, kind, exact), word in zip(pieces, seen, strict=True)
    )


def alike(wanted, kind, seen, *, korean):
    if kind is Kind.PREFIX:
        return seen.startswith(wanted)
    if kind is Kind.SUFFIX:
        return seen.endswith(wanted)
    if kind is Kind.INNER:
        return wanted in seen
    if kind is Kind.FUZZY:
        return seen[0] == wanted[0] and typos(wanted, seen) <= 1
    if seen == wanted:
        return True
    hangul = "\uac00" <= wanted[-1] <= "\ud7a3"
    return korean and hangul and seen.startswith(wanted) and seen[len(wanted) :] in PARTICLES


def typos(a, b):
    """Count insertions, deletions, replacements and swaps of neighbours."""
    rows = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        for j in range(len(b) + 1):
            if not i or not j:
                rows[i][j] = i + j
                continue
            rows[i][j] = min(
                rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1])
            )
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1)
    return rows[-1][-1]


def near(pattern, part, sets):
    """Give the stretches from one to the other that hold no shorter such stretch."""
    left, right = spans(pattern.left, part, sets), spans(pattern.right, part, sets)
    covers = set()
    for a in left:
        for b in right:
            first, second = sorted((a, b))
            if first[1] > second[0]:
                continue
            if pattern.distance is None:
                fits = sentence(part, first[0]) == sentence(part, second[1] - 1)
            else:
                fits = second[0] - first[1] + 1 <= pattern.distance
            if fits:
                covers.add((first[0], second[1]))
    return sorted(c for c in covers if not any(d != c and c[0] <= d[0] and d[1] <= c[1] for d in covers))


def sentence(part, word):
    """Give the number of the sentence a word is in."""
    start = part.words[word][1]
    return sum(a <= start for a, _ in sentences(part.text)[1:])


def regex(source, text):
    before, after = source.startswith(r"\b"), source.endswith(r"\b")
    body = source[2 if before else 0 : -2 if after else None]
    # Python takes the no-break space for white space and İ for an i; RE2 does not.
    body = body.replace(r"\s", r"[ \t\n\f\r]").replace("[a-z]", "(?:(?-i:(?![İı]))[a-z])")
    compiled = re.compile(body, re.IGNORECASE | re.DOTALL)
    found, at = [], 0
    for start in range(len(text) + 1):
        if start < at or (before and not boundary(text[:start][::-1])):
            continue
        for end in range(len(text), start, -1) if after else [None]:
            hit = compiled.fullmatch(text, start, end) if after else compiled.match(text, start)
            if hit and hit.end() > start and (not after or boundary(text[end:])):
                found.append(hit.span())
                at = hit.end()
                break
    return found


def boundary(beside):
    """Say whether a word may end before these characters."""
    seen = next((c for c in beside if not (invisible(c) and c != "ـ")), None)
    if seen is None:
        return True
    return unicodedata.category(seen)[0] not in "LMN" or stands_alone(seen)
