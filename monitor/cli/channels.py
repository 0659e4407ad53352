"""copytaster channels: try a channel before it matters."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.common import AsJson, Folder, dump, rules_of, say, version
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.app.channels import ChannelInfo, Tried

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    group = typer.Typer(help="List channels and send a marked test message.", no_args_is_help=True)
    group.command("list")(list_channels)
    group.command("test")(test)
    app.add_typer(group, name="channels")


def list_channels(folder: Folder = Path(), as_json: AsJson = False) -> None:
    """List the channels and what is missing to use them.

    Secrets are never shown.
    """
    from monitor.app.channels import describe
    from monitor.app.wire import environment_of

    rules = rules_of(folder)
    channels = describe(rules, environment_of(rules, folder))
    if as_json:
        dump(channels)
    else:
        say(_line(c) for c in channels)


def _line(channel: ChannelInfo) -> str:
    to = f" to {', '.join(channel.to)}" if channel.to else ""
    trouble = f"\n   {channel.trouble}" if channel.trouble else ""
    return f"{channel.name}: {channel.shown}{to}{trouble}"


def test(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The channel, as rules.yaml names it.")],
    folder: Folder = Path(),
    as_json: AsJson = False,
) -> None:
    """Send a message, marked as a test, over one channel.

    Everyone behind the channel gets it. Exit code 1 when one did not accept it. Example: copytaster channels test desk-mail
    """
    from monitor.app.channels import try_channel
    from monitor.app.wire import environment_of, utc_now
    from monitor.cli.logs import hide_secrets

    rules = rules_of(folder)
    if name not in rules.channels:
        known = ", ".join(rules.channels)
        msg = f'There is no channel "{name}" in {rules.path}. The channels are: {known}.'
        raise ConfigError(msg)
    environment = environment_of(rules, folder)
    hide_secrets(rules, environment)
    tried = try_channel(rules, environment, name, version=version(), now=utc_now())
    if as_json:
        dump(tried)
    else:
        say(_verdict(t) for t in tried)
        sys.stdout.flush()
    raise typer.Exit(0 if all(t.accepted for t in tried) else 1)


def _verdict(tried: Tried) -> str:
    verdict = "accepted" if tried.accepted else "NOT accepted"
    return f"{tried.recipient}: {verdict} ({tried.detail})"
