"""Weights fetched ahead in the background, and files that are brought by hand."""

from __future__ import annotations

import hashlib

import pytest

from runtime.fetching import begin, bring, download_of
from runtime.weights import WeightsFile, WeightsUnavailable
from tests.runtime.test_weights import BODY, MD5, file, home, server

__all__ = ["home", "server"]  # the fixtures


def ended(download):
    """Wait for the end of a download."""
    import threading

    for thread in threading.enumerate():
        if thread.name.startswith(f"fetch-{download.file.name}"):
            thread.join(10)
    assert download.over
    return download


def test_a_file_comes_in_the_background_and_only_once(server):
    wanted = file(server, hash=MD5)
    download = ended(begin(wanted))
    assert (download.error, download.received, download.total) == ("", len(BODY), len(BODY))
    assert wanted.path.read_bytes() == BODY
    assert download_of(wanted) is download
    ended(begin(wanted))
    assert server.asked == ["/resnet.h5"]


def test_a_stalling_server_is_told_and_may_be_asked_again(server):
    download = ended(begin(file(server, "stall.h5")))
    assert "could not be downloaded" in download.error
    assert begin(file(server)) is not download
    assert ended(download_of(file(server))).error == ""


def test_a_file_that_is_brought_must_be_the_right_one():
    body = b"\x89HDF" + BODY
    wanted = WeightsFile("VGG16", "vgg16.h5", "http://127.0.0.1:9/vgg16.h5", hashlib.md5(body).hexdigest())
    with pytest.raises(WeightsUnavailable, match="contents differ"):
        bring(wanted, body + b"more")
    with pytest.raises(WeightsUnavailable, match="no checksum"):
        bring(WeightsFile("VGG16", "vgg16.h5", "http://127.0.0.1:9/vgg16.h5"), body)
    assert not wanted.path.exists()
    bring(wanted, body)
    assert wanted.here
    assert [path.name for path in wanted.path.parent.iterdir()] == ["vgg16.h5"]
