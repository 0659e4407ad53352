"""Read a query string, for people who think in Boolean strings.

`$region AND (genocide OR "crimes against humanity") AND NOT title:opinion`. AND and OR side by side need
brackets; operators are in capitals; two words next to each other need quotes or an operator.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from monitor.rules.terms import parse_phrase, parse_term, split_field
from monitor.rules.values import (
    FARTHEST,
    AllOf,
    AnyOf,
    Choice,
    Clause,
    Field,
    Leaf,
    Near,
    NoneOf,
    Pattern,
    QueryError,
    Term,
    TermError,
)

__all__ = ["parse_query"]

_GRAMMAR = r"""
    start: chain
    chain: unary ((AND | OR) unary)*
    unary: NOT unary | near
    near: atom (NEAR atom)*
    atom: FIELD? (bracket | QUOTED | REGEX | ALT | WORD)
    bracket: "(" chain ")"
    AND.5: /AND(?=[\s()"]|$)/
    OR.5: /OR(?=[\s()"]|$)/
    NOT.5: /NOT(?=[\s()"]|$)/
    NEAR.5: /NEAR\/(\d+|s)(?=[\s()"]|$)/
    FIELD.4: /[A-Za-z_]+:(?=["“\/(])(?!\/\/)/
    QUOTED.4: /"[^"]*"|“[^”]*”/
    REGEX.4: /\/(\\.|[^\/\\])+\/(?=[\s()]|$)/
    ALT.4: /\([^()|"]*\|[^()"]*\)/
    WORD: /[^\s()"“]+/
    %ignore /\s+/
"""
_SMALL = re.compile(r"(?:and|or|not|And|Or|Not|near/\w*|Near/\w*|NEAR(?:/.*)?|&&?|\|\|?|\+)")
_SIGNS = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR"}


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", propagate_positions=True)


_DEEPEST = 50  # brackets and NOTs within one another


def parse_query(text: str) -> Clause:
    """Read a Boolean query (AND, OR, NOT, NEAR, brackets, quotes); raise QueryError."""
    if not text.strip():
        raise QueryError("an empty query finds nothing", 0)
    _refuse_depth(text)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        _explain(text, error)
    return _chain(text, _tree(tree.children[0]), None)


def _refuse_depth(text: str) -> None:
    """Brackets and NOTs within one another are read by recursion, and by no human."""
    depth = 0
    for found in re.finditer(r"[()]|\bNOT\b", text):
        depth = max(0, depth - 1) if found[0] == ")" else depth + 1
        if depth > _DEEPEST:
            raise QueryError(
                f"more than {_DEEPEST} brackets and NOTs within one another: make rules of the parts",
                found.start(),
            )


def _explain(text: str, error: UnexpectedInput) -> NoReturn:
    if isinstance(error, UnexpectedCharacters):
        _fail(text, error.pos_in_stream or 0, 'a quote without its partner: write "two words"')
    at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    token = error.token if isinstance(error, UnexpectedToken) else None
    if token is None or token.type == "$END":
        _fail(text, len(text), "the query stops too early: a word or a closing bracket is missing")
    if _SMALL.fullmatch(token):
        _refuse_word(text, token)
    if token.type in {"WORD", "QUOTED", "REGEX", "ALT", "LPAR", "FIELD", "NOT"}:
        before = re.split(r"[\s()]", text[:at].rstrip())[-1]
        _beside(text, at, before, str(token))
    if token.type == "RPAR":
        _fail(text, at, "a closing bracket too many, or nothing in the bracket")
    _fail(text, at, f"{token} needs a word before and after it")


def _beside(text: str, at: int, before: str, after: str) -> NoReturn:
    if after == "NOT":
        _fail(text, at, "NOT needs an operator before it: write AND NOT")
    if _SMALL.fullmatch(before) and before not in {"AND", "OR", "NOT"}:
        at = text.rindex(before, 0, at)
        _refuse_word(text, Token("WORD", before, start_pos=at))
    pair = f"{before} {after}".replace('"', "")
    _fail(text, at, f'between {before} and {after} an operator is missing: write {before} AND {after}, '
          f'{before} OR {after}, or for the phrase "{pair}"')  # fmt: skip


def _refuse_word(text: str, token: Token) -> NoReturn:
    at = token.start_pos or 0
    if str(token).upper().startswith("NEAR"):
        _fail(text, at, "NEAR is written in capitals with its distance, as in forced NEAR/5 labour")
    operator = _SIGNS.get(str(token), str(token).upper())
    left, right = text[:at].strip(), text[at + len(token) :].strip()
    if str(token) in _SIGNS:
        _fail(text, at, f"operators are words: write {left} {operator} {right}")
    _fail(
        text, at,
        f'operators are in capitals: write {left} {operator} {right}'.replace("  ", " ")
        + f'; for the word itself put it in quotes, "{token}"',
    )  # fmt: skip


def _fail(text: str, at: int, message: str) -> NoReturn:
    line = text.replace("\n", " ").replace("\t", " ")
    raise QueryError(f"{message}\n    {line}\n    {' ' * at}^", at)


def _tree(node: Tree[Token] | Token) -> Tree[Token]:
    assert isinstance(node, Tree)
    return node


def _chain(text: str, node: Tree[Token], field: Field | None) -> Clause:
    operators = [t for t in node.children if isinstance(t, Token)]
    operands = [_tree(t) for t in node.children if isinstance(t, Tree)]
    if len({t.type for t in operators}) > 1:
        _refuse_mix(text, operands, operators)
    clauses = tuple(_unary(text, operand, field) for operand in operands)
    if len(clauses) == 1:
        return clauses[0]
    return AllOf(clauses) if operators[0].type == "AND" else AnyOf(clauses)


def _refuse_mix(text: str, operands: list[Tree[Token]], operators: list[Token]) -> NoReturn:
    """Show both readings: AND first, and OR first."""
    said = [text[o.meta.start_pos : o.meta.end_pos] for o in operands]
    at = next(t.start_pos for t in operators if t.type != operators[0].type) or 0
    readings = " or ".join(_grouped(said, operators, tight) for tight in ("AND", "OR"))
    _fail(text, at, f"AND and OR side by side can be read in two ways; write {readings}")


def _grouped(said: list[str], operators: list[Token], tight: str) -> str:
    groups = [[said[0]]]
    for operator, operand in zip(operators, said[1:], strict=True):
        if operator.type == tight:
            groups[-1].append(operand)
        else:
            groups.append([operand])
    loose = "OR" if tight == "AND" else "AND"
    return f" {loose} ".join(f"({f' {tight} '.join(g)})" if len(g) > 1 else g[0] for g in groups)


def _unary(text: str, node: Tree[Token], field: Field | None) -> Clause:
    if len(node.children) == 2:
        return NoneOf((_unary(text, _tree(node.children[1]), field),))
    return _nearness(text, _tree(node.children[0]), field)


def _nearness(text: str, node: Tree[Token], field: Field | None) -> Clause:
    if len(node.children) == 1:
        return _atom(text, _tree(node.children[0]), field)
    left, near, right = node.children[:3]
    assert isinstance(near, Token)
    if len(node.children) > 3:
        _fail(
            text,
            node.meta.end_pos,
            f"one NEAR at a time: write {text[node.meta.start_pos : _tree(right).meta.end_pos]} AND ...",
        )
    if str(near) == "NEAR/0":
        _fail(text, near.start_pos or 0, "NEAR/0 finds nothing: neighbours are 1 apart, so write NEAR/1")
    if str(near) != "NEAR/s" and int(str(near).split("/")[1]) > FARTHEST:
        _fail(text, near.start_pos or 0, f"{near} is nearly anywhere: at most NEAR/{FARTHEST}, or AND")
    sides = [_atom(text, _tree(side), None) for side in (left, right)]
    fields = {t.field for side in sides for t in _terms(side)} - {None}
    if len(fields) > 1 or (fields and field):
        _fail(text, node.meta.start_pos, "both sides of NEAR must be in one field")
    reach = str(near).split("/")[1]
    said = text[node.meta.start_pos : node.meta.end_pos]
    pattern = Near(
        _choice(text, sides[0], node), _choice(text, sides[1], node), None if reach == "s" else int(reach)
    )
    return Leaf(Term(said, pattern, next(iter(fields), field)))


def _terms(clause: Clause) -> list[Term]:
    if isinstance(clause, Leaf):
        return [clause.term]
    return [t for c in clause.clauses for t in _terms(c)] if isinstance(clause, AnyOf) else []


def _choice(text: str, clause: Clause, node: Tree[Token]) -> Pattern:
    """Give a bracket of ORs beside NEAR as one pattern."""
    if isinstance(clause, Leaf):
        return clause.term.pattern
    if isinstance(clause, AnyOf):
        return Choice(tuple(_choice(text, c, node) for c in clause.clauses))
    _fail(text, node.meta.start_pos, "beside NEAR only words, phrases, term sets and (a OR b) can stand")


def _atom(text: str, node: Tree[Token], field: Field | None) -> Clause:
    children = list(node.children)
    own = field
    if len(children) == 2:
        own = _field(text, children.pop(0), field)
    child = children[0]
    if isinstance(child, Tree):
        return _chain(text, _tree(child.children[0]), own)
    return Leaf(_term(text, child, own))


def _field(text: str, token: Tree[Token] | Token, outer: Field | None) -> Field:
    assert isinstance(token, Token)
    if outer is not None:
        _fail(text, token.start_pos or 0, f"a field within {outer}: is one too many")
    try:
        found, _ = split_field(f"{token}x")
    except TermError as error:
        _fail(text, token.start_pos or 0, str(error))
    assert found is not None
    return found


def _term(text: str, token: Token, field: Field | None) -> Term:
    at = token.start_pos or 0
    try:
        if token.type == "QUOTED":
            inner = token[1:-1].strip()
            if not inner:
                raise TermError("empty quotes find nothing", 0)
            return Term(f"{field}:{inner}" if field else inner, parse_phrase(inner, 1), field)
        if token.type == "WORD" and _SMALL.fullmatch(token):
            _refuse_word(text, token)
        if token.type == "WORD" and token.startswith("-") and len(token) > 1:
            raise TermError(f"a minus is written NOT: write NOT {token[1:]}", 0)
        term = parse_term(token)
    except TermError as error:
        _fail(text, at + error.offset, str(error))
    if field and term.field:
        _fail(text, at, f"a field within {field}: is one too many")
    return Term(f"{field}:{term.text}", term.pattern, field) if field else term
