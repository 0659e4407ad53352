"""copytaster serve and feeds: links in alerts, and matches as feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.common import AsJson, Folder, counted, dump, newsroom, outlets_of, say
from monitor.errors import ConfigError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(serve)
    group = typer.Typer(help="Matches as Atom and JSON Feed, one a rule.", no_args_is_help=True)
    group.command("list")(list_feeds)
    group.command("export")(export)
    app.add_typer(group, name="feeds")


def serve(
    host: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where to listen; behind a proxy leave it as it is.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, metavar="N", help="On which port.")] = 8137,
    folder: Folder = Path(),
) -> None:
    """Serve what links in alerts lead to, and rules as feeds.

    Needs the extra `web`.

    On this machine only, unless told otherwise. To be reached from outside, put a TLS proxy before it and name its address as `public:` under settings.
    """
    try:
        import uvicorn

        from monitor.web.pages import application
    except ImportError as error:
        msg = "Serving pages needs starlette and uvicorn: pip install 'copytaster[web]'"
        raise ConfigError(msg) from error
    with newsroom(folder, create=True, terminal=False) as wire:
        shown = f"[{host}]" if ":" in host else host
        app = application(wire, outlets_of(wire.newsroom), listens=f"{shown}:{port}")
        if not wire.newsroom.settings.public:
            say(["No public: address under settings; messages carry no links to these pages."])
        say([f"Serving on http://{shown}:{port}. Stop with Ctrl-C."])
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
        )


def list_feeds(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """List the addresses of the feeds that `serve` gives. Whoever knows one can read it."""
    from monitor.app.feeds import FORMS, feed_path
    from monitor.app.signing import signing_key

    with newsroom(folder, scratch=True) as wire:
        base = wire.newsroom.settings.public or "http://127.0.0.1:8137"
        key = signing_key(wire.folder)
        found = {
            rule: [base + feed_path(key, rule, form) for form in FORMS]
            for rule in wire.newsroom.rulebook.rules
        }
    if as_json:
        dump(found)
    else:
        say(line for rule, urls in found.items() for line in (rule, *(f"   {url}" for url in urls)))


def export(
    target: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to write into, one a web server gives out.")
    ],
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Write the feeds of all rules as files: RULE.atom and RULE.json, the latest 100 stories each."""
    from monitor.app.feeds import export as write

    with newsroom(folder) as wire:
        names = write(wire, target, outlets_of(wire.newsroom))
    if as_json:
        dump(names)
    else:
        say([f"{counted(len(names), 'feed')} written to {target}."])
