"""Recorded polls: what is left out is named, from a folder and from a tar archive alike."""

import io
import tarfile

import pytest

from monitor.app.replay import recordings

BIG = 64 * 1024 * 1024 + 1
GOOD, HUGE, NOTE = "2020-04-21T004301Z.xml", "2020-04-21T005801Z.xml", "readme.txt"


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "polls"
    home.mkdir()
    (home / GOOD).write_bytes(b"<rss/>")
    (home / NOTE).write_bytes(b"hello")
    with (home / HUGE).open("wb") as file:
        file.truncate(BIG)  # a hole: takes no room
    return home


def taken(path):
    skipped: list[str] = []
    return [r.name for r in recordings(path, skipped)], sorted(skipped)


def test_a_folder(folder):
    assert taken(folder) == ([GOOD], [f"{HUGE}: larger than 64 MiB", NOTE])


def test_a_tar_archive(folder, tmp_path):
    path = tmp_path / "polls.tar.gz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, size in ((GOOD, 6), (NOTE, 5)):
            member = tarfile.TarInfo(name)
            member.size = size
            archive.addfile(member, io.BytesIO(b"x" * size))
        archive.add(folder / HUGE, HUGE)
    assert taken(path) == ([GOOD], [f"{HUGE}: larger than 64 MiB", NOTE])
