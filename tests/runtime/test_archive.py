"""Runs as one file: what goes in comes out, and what comes from outside is not believed."""

import hashlib
import io
import json
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.zoo import TEMPLATES
from runtime import archive as archives
from runtime import statistics
from runtime.archive import MANIFEST, ArchiveError, adopt, archive
from runtime.deleted import FOLDER, delete
from runtime.events import Finished, append
from runtime.run import RunError, RunSpec, create, open_run, runs
from runtime.spec import START_FILE


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "home"))


@pytest.fixture
def run():
    made = create(RunSpec(graph=TEMPLATES["mlp"].make()), name="Mine", project="a" * 32)
    (made.maps / "00000-000.npz").write_bytes(b"maps")
    (made.folder / "checkpoints" / "1").mkdir(parents=True)
    (made.folder / "checkpoints" / "1" / "state.npz").write_bytes(b"state")
    made.model.write_bytes(b"model" * 1000)
    made.script.write_text("print('of this machine')")
    made.worker_file.write_text('{"pid": 1, "started": 0}')
    made.control.write_text("stop")
    append(made.events, Finished(at=1.0, test={"loss": float("nan")}))
    return made


@pytest.fixture
def file(run, tmp_path):
    """The archive of the run, which is not here any more."""
    path = tmp_path / "moved.zip"
    archive(run, path)
    delete(run)
    return path


def rewritten(path, *, change=lambda manifest: None, entries=(), drop=(), compression=zipfile.ZIP_STORED):
    """The archive with something wrong: another manifest, further entries, some left out."""
    with zipfile.ZipFile(path) as old:
        held = {name: old.read(name) for name in old.namelist() if name not in drop}
    manifest = json.loads(held.pop(MANIFEST, b"{}"))
    change(manifest)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as new:
        if MANIFEST not in drop:
            new.writestr(MANIFEST, json.dumps(manifest))
        for name, content in [*held.items(), *entries]:
            new.writestr(name, content)
    made.seek(0)
    return made


def listed(name, content=b"x", **more):
    """A manifest that names one file more."""

    def change(manifest):
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"].append({"name": name, "size": len(content), "sha256": digest} | more)

    return change


def test_a_run_is_moved_with_all_that_came_of_it_and_nothing_of_the_machine(run, tmp_path):
    before = {path.name: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    archive(run, tmp_path / "moved.zip")
    delete(run)
    moved = adopt(tmp_path / "moved.zip")
    after = {path.name: path.read_bytes() for path in moved.folder.rglob("*") if path.is_file()}
    assert before.keys() - after.keys() == {"train.py", "worker.json", "control"}
    assert all(after[name] == before[name] for name in after)
    assert moved.record == run.record
    assert moved.status() == "finished"
    assert open_run(run.id).record == run.record


def test_every_file_that_a_run_goes_on_from_is_taken_along():
    for name in (START_FILE, statistics.FILE, "checkpoints/00001-000000000.npz", "maps/00001-000.npz"):
        assert archives.BELONGS.fullmatch(name)


def test_it_is_put_into_a_project_of_this_server(file):
    assert adopt(io.BytesIO(file.read_bytes()), project="b" * 32).project == "b" * 32


def test_a_run_that_is_here_already_is_left_alone(run, tmp_path):
    archive(run, tmp_path / "x.zip")
    with pytest.raises(RunError, match="here already"):
        adopt(tmp_path / "x.zip")
    assert run.script.exists()


def test_two_weeks_of_events_can_be_moved_and_what_no_server_takes_is_refused_at_once(run, tmp_path, monkeypatch):
    assert 14 * 80_000_000 < archives.MOST["events.jsonl"] < archives.MAX_BYTES
    size = run.events.stat().st_size
    monkeypatch.setitem(archives.MOST, "events.jsonl", size - 1)
    with pytest.raises(RunError, match=r"events.jsonl is larger than what another server takes"):
        archive(run, tmp_path / "x.zip")
    monkeypatch.setitem(archives.MOST, "events.jsonl", size)
    monkeypatch.setattr(archives, "MAX_BYTES", run.model.stat().st_size)
    with pytest.raises(RunError, match="all of it is larger"):
        archive(run, tmp_path / "x.zip")
    assert list(tmp_path.glob("*.zip")) == []


def test_a_run_that_has_not_ended_is_not_archived(tmp_path):
    waiting = create(RunSpec(graph=TEMPLATES["mlp"].make()))
    with pytest.raises(RunError, match="not ended"):
        archive(waiting, tmp_path / "x.zip")
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "/etc/evil",
        "maps/../../evil",
        "maps/.hidden",
        "worker.json",
        "control",
        "train.py",
        "maps\\evil",
        "maps/" + "x" * 300,
        "C:evil",
        "maps/a/b/c/d",
        "maps/",
    ],
)
def test_names_that_do_not_belong_to_a_run_are_refused(file, name):
    with pytest.raises(ArchiveError):
        adopt(rewritten(file, change=listed(name), entries=[(name, b"x")]))
    with pytest.raises(ArchiveError):  # and those that the manifest keeps to itself
        adopt(rewritten(file, entries=[(name, b"x")]))
    assert_nothing_is_left(file)


def test_a_link_is_refused(file):
    link = zipfile.ZipInfo("maps/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(ArchiveError, match="no plain file"):
        adopt(rewritten(file, change=listed("maps/link", b"/etc/passwd"), entries=[(link, b"/etc/passwd")]))
    assert_nothing_is_left(file)


def test_a_file_that_unpacks_to_more_than_it_says_is_stopped(file):
    bomb = rewritten(
        file,
        change=listed("maps/bomb.npz", size=10),
        entries=[("maps/bomb.npz", b"0" * 50_000_000)],
        compression=zipfile.ZIP_DEFLATED,
    )
    with pytest.raises(ArchiveError, match="damaged"):
        adopt(bomb)
    assert_nothing_is_left(file)


def test_more_than_the_disk_holds_is_refused(file):
    huge = rewritten(file, change=listed("maps/x.npz", size=19 * 10**9), entries=[("maps/x.npz", b"x")])
    with pytest.raises(RunError):
        adopt(huge)
    assert_nothing_is_left(file)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(file, compression):
    with pytest.raises(ArchiveError, match="no plain file"):
        adopt(rewritten(file, compression=compression))


def test_too_many_files_are_refused_before_they_are_listed(file, monkeypatch):
    monkeypatch.setattr(archives, "MAX_DIRECTORY", 100)
    with pytest.raises(ArchiveError, match="more files"):
        adopt(file)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda manifest: manifest.update(version=2), "version"),
        (lambda manifest: manifest.update(run="../../x"), "run"),
        (lambda manifest: manifest.update(run="20260101-000000-abcdef"), "another run"),
        (lambda manifest: manifest["files"][0].update(sha256="0" * 64), "damaged"),
        (lambda manifest: manifest["files"].pop(), "does not hold"),
        (lambda manifest: manifest["files"].append(manifest["files"][0]), "does not hold"),
    ],
)
def test_a_manifest_that_does_not_fit_is_told(file, change, said):
    with pytest.raises(ArchiveError, match=said):
        adopt(rewritten(file, change=change))
    assert_nothing_is_left(file)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_told(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(ArchiveError):
        adopt(tmp_path / "x.zip")


def replaced(file, name, content):
    """The archive with other content of one of its files, which its manifest knows."""

    def change(manifest):
        manifest["files"] = [one for one in manifest["files"] if one["name"] != name]
        listed(name, content)(manifest)

    return rewritten(file, drop=(name,), change=change, entries=[(name, content)])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [("run.json", b"{}", r"run\.json"), ("events.jsonl", b"nonsense", "begin to train"), ("events.jsonl", b"", "log")],
)
def test_what_a_run_was_and_became_is_looked_at_before_it_is_here(file, name, content, said):
    """One of which nobody knows that it was trained would wait, and so be trained unasked."""
    with pytest.raises(ArchiveError, match=said):
        adopt(replaced(file, name, content))
    assert_nothing_is_left(file)


def test_a_name_holds_only_what_can_be_seen(file):
    with zipfile.ZipFile(file) as held:
        record = json.loads(held.read("run.json"))
    record |= {"name": "\u202eeno\0 ruoy\x07"}
    assert adopt(replaced(file, "run.json", json.dumps(record).encode())).name == "eno ruoy"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_damage_anywhere_is_told_or_does_no_harm(file, at, byte, cut):
    content = bytearray(file.read_bytes())
    at %= len(content)
    damaged = bytes(content[:at]) if cut else bytes(content[:at] + bytes([byte]) + content[at + 1 :])
    try:
        run = adopt(io.BytesIO(damaged))
    except RunError:
        assert_nothing_is_left(file)
    else:
        assert run.model.read_bytes() == b"model" * 1000
        delete(run)


def assert_nothing_is_left(file):
    assert runs() == []
    assert [path.name for path in (file.parent / "home" / "runs").iterdir()] == [FOLDER]
    assert not (file.parent / "evil").exists()
