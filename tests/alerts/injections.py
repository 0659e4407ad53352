"""Strings that try to become something: markup, links, mentions, control and bidi characters."""

from __future__ import annotations

MENTIONS = [
    "@everyone", "@here", "@channel", "@all", "@room", "@group", "<!channel>", "<!here>", "<!everyone>",
    "<!subteam^S012AB3CD>", "<@U012AB3CD>", "<@!123456789>", "<@&987654321>", "<#C012AB3CD|general>",
    "<#123456789>", "<at>Everyone</at>", "&lt;!channel&gt;", "＠everyone @everyone", "!@everyone",
    "(@here)", "x@everyone.example", "@\u200beveryone",
]  # fmt: skip
LINKS = [
    "[bbc.co.uk](https://evil.example)", "[bbc](evil.example)", "[bbc]: https://evil.example", "[a][b]",
    "<https://evil.example|https://bbc.co.uk>", "<https://evil.example>", "https://evil.example/x",
    "http://evil.example", "www.evil.example", "evil.example/login", "ftp://evil.example/a",
    "javascript:alert(1)", "java\tscript:alert(1)", "vbscript:msgbox(1)", "data:text/html,<script>alert(1)</script>",
    "file:///etc/passwd", "tg://user?id=1", "slack://open", "msteams://l/chat", "intent://x#Intent;end",
    "![x](https://evil.example/t.gif)", "[![x](https://evil.example/t.gif)](https://evil.example)",
    "<mailto:evil@example.net>", "evil@example.net", "\\\\evil\\share", "matrix:r/evil:example.org",
    "https://matrix.to/#/@evil:example.org", "[ ](https://evil.example)", "[a\\](https://evil.example)",
    "[a](<https://evil.example>)", "](https://evil.example)", "[x](https://evil.example \"title\")",
    "{{DATE(2021-01-01T00:00:00Z,SHORT)}}", "<https://evil.example|", "http:\\\\evil.example",
]  # fmt: skip
MARKUP = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "</p><p>",
    "<a href='https://evil.example'>bbc</a>", "<iframe src=//evil.example>", "<style>*{display:none}</style>",
    "<b>bold</b>", "<tg-spoiler>x</tg-spoiler>", "<blockquote>x</blockquote>", "<!-- x", "]]>", "<![CDATA[x",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "&#60;script&#62;", "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)", "\" onmouseover=\"alert(1)", "</title><script>alert(1)</script>",
    "{{ 7*7 }}", "{% raw %}", "${7*7}", "#{7*7}", "{{constructor.constructor('alert(1)')()}}",
    "*bold*", "**bold**", "_it_", "__u__", "~~gone~~", "~gone~", "||spoiler||", "`code`", "```\ncode\n```",
    "# Big", "## Big", "> quote", ">>> quote", "- list", "* list", "1. list", "---", "***", "| a | b |", "$x$",
    "-# small", "<t:0:R>", ":tada:", "\\*not\\*", "\\", "\\\\[a](b)", "a\\",
]  # fmt: skip
UNSEEN = [
    "a\x00b", "a\x01b", "a\x07b", "a\x08b", "a\x1bb[31m red", "a\x1b]8;;https://evil.example\x07x\x1b]8;;\x07",
    "a\x7fb", "a\x85b", "a\x9bb", "a\r\nBcc: evil@example.net", "a\nb", "a\rb", "a\u2028b", "a\u2029b",
    "a\u202eb", "a\u202ab", "a\u202db", "a\u2066b", "a\u2067b\u2069", "a\u200eb", "a\u200fb", "a\u061cb",
    "a\u200bb", "a\u2060b", "a\ufeffb", "a\u00adb", "a\U000e0041b", "a\U000e0101b", "a\ud800b", "a\udfffb",
    "\u202egnp.exe", "a\u2064b", "a\ufffeb", "a\ufff9b", "a\u180bb",
]  # fmt: skip
ALL = [*MENTIONS, *LINKS, *MARKUP, *UNSEEN]
