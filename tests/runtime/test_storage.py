"""A storage is named by a URL without secrets; what it cannot do is told in words, and no secret stands in them."""

from __future__ import annotations

import hashlib

import fsspec
import pytest

from runtime.storage import STORAGE, ChangedError, Storage, StorageError, configured, without_keys


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("s3://bucket/class/", "s3://bucket/class"),
        (" /srv/class ", "file:///srv/class"),
        ("ftp://name@host/class", "ftp://name@host/class"),
        ("", None),
    ],
)
def test_what_names_a_storage(monkeypatch, given, url):
    monkeypatch.setenv(STORAGE, given)
    assert configured() == (url and Storage(url))


@pytest.mark.parametrize(
    "url", ["ftp://name:hidden@host/x", "s3://hidden@bucket", "srv/class", "s3://a b", "zip::s3://a/b"]
)
def test_what_is_none_or_holds_a_secret_is_refused_without_showing_it(monkeypatch, url):
    monkeypatch.setenv(STORAGE, url)
    with pytest.raises(StorageError) as caught:
        configured()
    assert "hidden" not in str(caught.value)


def test_what_is_not_installed_is_named():
    with pytest.raises(StorageError, match=r"the package gcsfs\. Install it on the server and on each node"):
        Storage("gs://bucket").check()
    with pytest.raises(StorageError, match="Protocol not known"):
        Storage("nothing://bucket").check()


def test_a_folder_that_is_not_there_is_not_made_up(tmp_path, monkeypatch):
    monkeypatch.setenv(STORAGE, f"{tmp_path}/not-mounted")
    with pytest.raises(StorageError, match="Make it, or mount it"):
        configured().part("run").write("1/a", b"x")
    assert not (tmp_path / "not-mounted").exists()


def test_errors_hold_no_secret(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")

    class Broken(type(fsspec.filesystem("memory"))):
        def cat_file(self, *_, **__):
            raise ValueError("very-secret is wrong\nand more")

    monkeypatch.setattr(Storage, "_opened", lambda self: (Broken(), "/x"))
    with pytest.raises(StorageError) as caught:
        Storage("memory://x").read("a")
    assert str(caught.value) == "The storage memory://x cannot be used (ValueError: ... is wrong)."
    assert without_keys({"AWS_SECRET_ACCESS_KEY": "a", "FSSPEC_FTP_PASSWORD": "b", STORAGE: "c", "PATH": "d"}) == {
        "PATH": "d"
    }


def test_objects_come_and_go_and_only_what_was_told_is_taken(tmp_path):
    storage = Storage("memory://objects").part("run")
    assert (storage.read("1/a"), storage.names()) == (None, [])
    (tmp_path / "from").write_bytes(b"0123456789")
    storage.put(tmp_path / "from", "1/a")
    storage.write("b", b"x")
    assert (storage.read("1/a", 2, 5), sorted(storage.names())) == (b"234", ["1", "b"])
    digest = hashlib.sha256(b"0123456789").hexdigest()
    storage.get("1/a", tmp_path / "to" / "here", 10, digest)
    assert (tmp_path / "to" / "here").read_bytes() == b"0123456789"
    for size in (9, 11):
        with pytest.raises(ChangedError):
            storage.get("1/a", tmp_path / "other", size, digest if size < 10 else "0" * 64)
    assert not list(tmp_path.glob("*other*"))
    storage.remove("1")
    storage.remove("1")
    assert storage.names() == ["b"]
