"""Whether a rule looks at a story at all: outlet, language, section, active dates."""

from __future__ import annotations

from datetime import datetime

from monitor.rules.values import Scope
from monitor.story import Story
from monitor.text import fold_text

__all__ = ["EVERYWHERE", "in_scope", "out_of_scope"]

EVERYWHERE = Scope()


def in_scope(scope: Scope, story: Story, now: datetime | None) -> bool:
    """Say whether the rule looks at this story; without `now` its active dates are not asked."""
    return scope is EVERYWHERE or scope == EVERYWHERE or not out_of_scope(scope, story, now)


def out_of_scope(scope: Scope, story: Story, now: datetime | None) -> str:
    """Say why the rule does not look at this story; "" when it does."""
    if story.outlet and scope.outlets_include and story.outlet not in scope.outlets_include:
        return f"the rule looks only at {', '.join(scope.outlets_include)}; this is from {story.outlet}"
    if story.outlet and story.outlet in scope.outlets_exclude:
        return f"the rule leaves out {story.outlet}"
    if (
        story.language
        and scope.languages
        and not any(_speaks(story.language, tag) for tag in scope.languages)
    ):
        return (
            f"the rule looks only at {', '.join(scope.languages)}; the story's language is {story.language}"
        )
    if scope.sections and not {fold_text(s) for s in story.sections} & {fold_text(s) for s in scope.sections}:
        return f"the rule looks only at the sections {', '.join(scope.sections)}"
    if now is not None and scope.active_from is not None and now < scope.active_from:
        return f"the rule is active from {scope.active_from:%Y-%m-%d %H:%M}"
    if now is not None and scope.active_until is not None and now >= scope.active_until:
        return f"the rule was active until {scope.active_until:%Y-%m-%d %H:%M}"
    return ""


def _speaks(language: str, tag: str) -> bool:
    """`en` is met by en-US, and `zh-Hant` by a story that says zh alone."""
    one, two = (t.casefold().replace("_", "-") for t in (language, tag))
    return one == two or one.startswith(f"{two}-") or two.startswith(f"{one}-")
