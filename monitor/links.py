"""Addresses: one spelling per story (`canonical`), links fit to be clicked (`safe_url`), whose they are (`site`).

What is known about outlets and trackers is data: data/links.toml. Pure functions; they never raise on junk.
"""

from __future__ import annotations

import functools
import importlib.resources
import ipaddress
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, quote, unquote_plus, unquote_to_bytes, urlsplit

if TYPE_CHECKING:
    import tldextract

__all__ = ["LONGEST", "canonical", "host", "safe_url", "site"]

LONGEST = 2048  # characters of a link that is kept
_ROUNDS = 12  # of unwrapping and cleaning; real links need two
_DATA = "links.toml"
_PATH_SAFE = "!$&'()*+,;=:@-._~"
_QUERY_SAFE = "!$'()*,:@-._~/"
_UNFIT = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u2060-\u206f\u3000\ufeff\ud800-\udfff\\<>\"^`{|}]"
)
_WEB = re.compile(r"https?://", re.IGNORECASE)
_HOST = re.compile(r"(?!-)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\Z")
_INDEX_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|shtml|aspx?|jsp)\Z", re.IGNORECASE)
_EXTENSION = re.compile(r"(?<=[^/])(?:\.amp(?:\.html?)?|\.html?)\Z", re.IGNORECASE)
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "net", "org", "gob", "or", "ne"})
_AMP_SEGMENTS = frozenset({"amp", "amphtml"})
_TAB_OR_NEWLINE = str.maketrans("", "", "\t\r\n")


@dataclass(frozen=True, slots=True)
class _Rule:
    """What one outlet's addresses need beyond the general rules."""

    host: str
    path: str
    drop: frozenset[str]
    only: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Knowledge:
    """data/links.toml, ready for use."""

    everywhere: frozenset[str]
    prefixes: tuple[str, ...]
    by_value: frozenset[str]
    marks: re.Pattern[str]
    variants: frozenset[str]
    host_prefixes: tuple[str, ...]
    inner_labels: frozenset[str]
    amp_caches: tuple[str, ...]
    aliases: dict[str, str]
    wrappers: dict[str, tuple[str, ...]]
    rules: tuple[_Rule, ...]
    fragments: re.Pattern[str]


@functools.cache
def _knowledge() -> _Knowledge:
    raw = importlib.resources.files("monitor").joinpath("data", _DATA).read_text(encoding="utf-8")
    data: dict[str, Any] = tomllib.loads(raw)
    parameters, hosts = data["parameters"], data["hosts"]
    return _Knowledge(
        everywhere=frozenset(parameters["everywhere"]),
        prefixes=tuple(parameters["prefixes"]),
        by_value=frozenset(parameters["by_value"]),
        marks=re.compile(parameters["marks"]),
        variants=frozenset(parameters["variants"]),
        host_prefixes=tuple(hosts["prefixes"]),
        inner_labels=frozenset(hosts["inner"]),
        amp_caches=tuple(hosts["amp_caches"]),
        aliases=dict(hosts["aliases"]),
        wrappers={key: tuple(names) for key, names in data["wrappers"].items()},
        rules=tuple(
            _Rule(r["host"], r.get("path", ""), frozenset(r.get("drop", ())), frozenset(r.get("only", ())))
            for r in data["rules"]
        ),
        fragments=re.compile(data["fragments"]["keep"]),
    )


@functools.lru_cache(maxsize=16_384)
def canonical(url: str) -> str:
    """Give the one spelling by which a story's address is compared; not meant to be opened.

    Two addresses with the same canonical form lead to the same story: tracking parameters, AMP and mobile variants,
    redirect wrappers, host aliases and notation differ, identity parameters do not. Idempotent. What is no http(s)
    address comes back stripped of surrounding space and otherwise as it was.
    """
    for _ in range(_ROUNDS):
        cleaned = _clean(url)
        if cleaned == url:
            return url
        url = cleaned
    return url


def _clean(url: str) -> str:
    text = _unescape(url.strip().translate(_TAB_OR_NEWLINE))
    parts = _split(text)
    if parts is None:
        return text
    name = _clean_host(parts.hostname or "")
    query = _pairs(parts.query)
    target = _unwrap(name, parts, query)
    if target is not None:
        return target
    path = _clean_path(parts.path)
    kept = _clean_query(query, name, path)
    fragment = parts.fragment if _knowledge().fragments.match(parts.fragment) else ""
    if name == "youtu.be" and path.strip("/"):
        name, kept, path = "youtube.com", f"v={path.strip('/').split('/')[0]}", "/watch"
    return _join(_authority(parts, name), path, kept, _requote(fragment, _PATH_SAFE + "/?"))


def _unescape(text: str) -> str:
    while "&amp;" in text:
        text = text.replace("&amp;", "&")
    return text


def _split(text: str) -> SplitResult | None:
    """Split a web address; None for anything else."""
    try:
        parts = urlsplit(f"https:{text}" if text.startswith("//") else text)
        _ = parts.port  # raises when it is no number
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def _join(authority: str, path: str, query: str, fragment: str) -> str:
    mark = f"?{query}" if query else ""
    anchor = f"#{fragment}" if fragment else ""
    return f"https://{authority}{path}{mark}{anchor}"


def _authority(parts: SplitResult, name: str) -> str:
    user = parts.netloc.rpartition("@")[0]
    shown = f"[{name}]" if ":" in name else name
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return f"{user}@{shown}{port}" if user else f"{shown}{port}"


# hosts


def _ascii(name: str) -> str:
    """Give the name in IDNA's ASCII form, or as it was when it has none."""
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name


def _clean_host(name: str) -> str:
    known = _knowledge()
    name = _ascii(name.lower()).rstrip(".")
    labels = name.split(".")
    if len(labels) > 3:
        name = ".".join(
            x for i, x in enumerate(labels) if not (0 < i < len(labels) - 2 and x in known.inner_labels)
        )
    for prefix in known.host_prefixes:
        rest = name.removeprefix(prefix)
        if rest != name and _registrable(rest):
            name = rest
    return _alias(name)


def _registrable(name: str) -> bool:
    labels = name.split(".")
    second_level = len(labels) == 2 and labels[0] in _SECOND_LEVEL and len(labels[1]) == 2
    return len(labels) > 1 and all(labels) and not second_level


def _alias(name: str) -> str:
    aliases = _knowledge().aliases
    for parent in _parents(name):
        if parent in aliases:
            return name[: len(name) - len(parent)] + aliases[parent]
    return name


def _parents(name: str) -> Iterable[str]:
    """Give the name, then each domain above it that is more than a top level."""
    while "." in name:
        yield name
        name = name.partition(".")[2]


# wrappers


def _unwrap(name: str, parts: SplitResult, query: tuple[tuple[str, str], ...]) -> str | None:
    """Give the address a redirecting or AMP-cache link leads to."""
    inner = _amp_target(name, parts.path)
    if inner is None:
        wanted = _wrapper(name, parts.path.rstrip("/"))
        inner = next((v for w in wanted for k, v in query if k == w), None)
    if inner is None:
        return None
    inner = inner.strip()
    return inner if _split(inner) is not None else None


def _amp_target(name: str, path: str) -> str | None:
    if any(name == c or name.endswith(f".{c}") for c in _knowledge().amp_caches):
        found = re.match(r"/[a-z]/(?:s/)?(.+)", path)
    elif name.startswith("google."):
        found = re.match(r"/amp/(?:s/)?(.+)", path)
    else:
        return None
    return f"https://{found[1]}" if found else None


def _wrapper(name: str, path: str) -> tuple[str, ...]:
    wrappers = _knowledge().wrappers
    if name.startswith("google."):
        return wrappers.get(f"google.*{path}", ())
    for parent in _parents(name):
        names = wrappers.get(f"{parent}{path}") or wrappers.get(parent)
        if names:
            return names
    return ()


# paths and queries


def _requote(text: str, safe: str) -> str:
    return quote(unquote_to_bytes(text.encode("utf-8", "replace")), safe=safe)


def _clean_path(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in {"", "."}:
            segments.append(_requote(segment, _PATH_SAFE))
    count = len(segments)
    kept = [s for i, s in enumerate(segments) if not _is_amp(s, i, count)]
    cleaned = "/" + "/".join(kept)
    cleaned = _INDEX_PAGE.sub("", cleaned)
    return _EXTENSION.sub("", cleaned) or "/"


def _is_amp(segment: str, index: int, count: int) -> bool:
    return segment.lower() in _AMP_SEGMENTS and count > 1 and (index < 2 or index == count - 1)


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    split = (p.partition("=") for p in query.split("&") if p)
    return tuple((unquote_plus(k), unquote_plus(v)) for k, _, v in split)


def _clean_query(pairs: tuple[tuple[str, str], ...], name: str, path: str) -> str:
    rules = [r for r in _knowledge().rules if _applies(r, name, path)]
    kept = {(k, v) for k, v in pairs if not _is_tracking(k.lower(), v, rules)}
    quoted = sorted((_quote(k), _quote(v)) for k, v in kept)
    return "&".join(f"{k}={v}" if v else k for k, v in quoted)


def _quote(text: str) -> str:
    return quote(text, safe=_QUERY_SAFE, errors="replace")


def _applies(rule: _Rule, name: str, path: str) -> bool:
    return (name == rule.host or name.endswith(f".{rule.host}")) and path.startswith(rule.path)


def _is_tracking(key: str, value: str, rules: list[_Rule]) -> bool:
    known = _knowledge()
    if any(key in r.drop or (r.only and key not in r.only) for r in rules):
        return True
    if key in known.everywhere or key.startswith(known.prefixes):
        return True
    if f"{key}={value.lower()}" in known.variants:
        return True
    return key in known.by_value and known.marks.match(value) is not None


# what may be shown and clicked


def safe_url(url: str) -> str | None:
    """Give the link when it may be put before a reader, else None.

    Only http and https, no user name, no space, control or backslash, a host that exists in ASCII, at most
    `LONGEST` characters. Surrounding space is dropped; nothing else is changed.
    """
    text = url.strip()
    if not _WEB.match(text) or len(text) > LONGEST or _UNFIT.search(text):
        return None
    parts = _split(text)
    if parts is None or "@" in parts.netloc:
        return None
    return text if _possible_host(parts.hostname or "") else None


def _possible_host(name: str) -> bool:
    if ":" in name:
        try:
            ipaddress.IPv6Address(name)
        except ValueError:
            return False
        return True
    shown = _ascii(name.lower()).rstrip(".")
    return len(shown) <= 253 and _HOST.match(shown) is not None


def host(url: str) -> str:
    """Give the host of a web address in lower-case ASCII, or "" when it has none."""
    parts = _split(url.strip())
    return _ascii((parts.hostname or "").lower()).rstrip(".") if parts else ""


@functools.lru_cache(maxsize=4_096)
def site(url: str) -> str:
    """Give the registrable domain of a web address in ASCII (bbc.co.uk), its host when there is none, or "".

    Uses the public suffix list that comes with tldextract, never the network. Shared hosting counts by customer:
    alice.github.io, not github.io.
    """
    name = host(url)
    if not name:
        return ""
    known = _suffixes()(name)
    return known.top_domain_under_public_suffix or (
        name if known.suffix or known.ipv4 or ":" in name else _last_two(name)
    )


def _last_two(name: str) -> str:
    """Give the registrable part under a top level that is on no list, as the list itself prescribes."""
    return ".".join(name.split(".")[-2:])


@functools.cache
def _suffixes() -> tldextract.TLDExtract:
    import tldextract

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)
