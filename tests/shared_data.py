"""Where recorded real input is, when this machine has it. It is other people's text: read it, never copy it."""

import os
from pathlib import Path

_ROOT = Path(__file__).parents[1]
WHY = "the recorded real feeds are not here (set COPYTASTER_SHARED_DATA to their folder)"


def shared_data() -> Path | None:
    """Give the folder of recorded input: $COPYTASTER_SHARED_DATA, else ../shared/data beside the repository."""
    named = os.environ.get("COPYTASTER_SHARED_DATA")
    places = [Path(named)] if named else [_ROOT.parent / "shared" / "data"]
    return next((p for p in places if p.is_dir()), None)
