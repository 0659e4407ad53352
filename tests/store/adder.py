"""A process that takes in the same stories as others do, in its own order. Arguments: address, seed, how many."""

from __future__ import annotations

import random
import sys

from monitor.store import decisions, open_store, outbox, stories
from tests.store.made import NOW, alert, decision, story


def main(address: str, seed: str, number: int) -> None:
    """Open the database (making it, perhaps), wait for the word, take in all stories, say how many were new."""
    store = open_store(address)
    order = list(range(number))
    random.Random(int(seed)).shuffle(order)
    print("ready", flush=True)
    sys.stdin.readline()
    new = 0
    for each in order:
        made = story(each, guid=f"{seed}-{each}")
        with store.writing() as tx:
            near = stories.neighbours(tx, made, canonical=made.url, text_key=f"text {each}", now=NOW)
            if near.same is None:
                known = stories.add(tx, made, canonical=made.url, text_key=f"text {each}", first_seen=NOW)
                new += 1
            else:
                known = near.same
                stories.note_alias(tx, known.id, made, canonical=made.url, face="f", seen=NOW)
            decisions.record(tx, known.id, 1, [decision()], rulebook="book", decided=NOW)
            outbox.add(tx, [alert(known)], NOW)
    store.close()
    print(new, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
