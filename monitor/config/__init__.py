"""rules.yaml and the env file -> values, or every mistake with its line and column. The only home of yaml.

The pieces: composing (YAML -> nodes), traps (what YAML does to the unwary), forms (tables of known keys),
terms, ruleforms, ruletests, telling, sources (the sections), loading (all of it), edit, env, schema.
"""

from __future__ import annotations

from monitor.config.env import env_template, read_env, secret
from monitor.config.guess import guess_database
from monitor.config.loading import load, load_rulebook, loads
from monitor.config.newsroom import BriefPlan, Newsroom, Operator, Settings
from monitor.config.ready import ready_outlets
from monitor.config.schema import schema
from monitor.config.template import template

__all__ = [
    "BriefPlan",
    "Newsroom",
    "Operator",
    "Settings",
    "env_template",
    "guess_database",
    "load",
    "load_rulebook",
    "loads",
    "read_env",
    "ready_outlets",
    "schema",
    "secret",
    "template",
]
