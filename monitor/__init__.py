"""Copytaster: polls outlets, matches their stories, removes duplicates, tells editors once."""
