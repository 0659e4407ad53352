"""The process that sends to chat services: killed when it hangs, started again, silent about secrets."""

from __future__ import annotations

import pytest

from monitor.alerts.chat import send_chat
from monitor.alerts.chatworker import ChatWorker
from monitor.alerts.render import message
from monitor.errors import DeliveryError, Fate
from tests.alerts.made import HEAD, envelope, telling
from tests.alerts.servers import SILENCE, web

RENDERED = message([telling()], HEAD)


def test_a_service_that_never_answers_is_unknown_and_its_process_is_killed_and_made_anew():
    with web(act=SILENCE) as silent, web() as fine, ChatWorker() as worker:
        send_chat(f"json://127.0.0.1:{fine.port}/", envelope(), RENDERED, worker)  # all is loaded
        worker._limit = 1.0
        with pytest.raises(DeliveryError) as caught:
            send_chat(f"json://127.0.0.1:{silent.port}/S3CRET", envelope(), RENDERED, worker)
        assert caught.value.fate is Fate.UNKNOWN
        assert "S3CRET" not in str(caught.value)
        assert worker._child is None
        worker._limit = 30.0
        assert "accepted" in send_chat(f"json://127.0.0.1:{fine.port}/", envelope(), RENDERED, worker).detail


def test_one_process_serves_many_messages():
    with web() as fine, ChatWorker() as worker:
        url = f"json://127.0.0.1:{fine.port}/"
        send_chat(url, envelope(), RENDERED, worker)
        first = worker._child
        send_chat(url, envelope(), RENDERED, worker)
        assert worker._child is first
        assert len(fine.posts) == 2
    assert worker._child is None
    assert first.poll() is not None
