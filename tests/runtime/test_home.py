"""The folder in which Layerloom keeps everything."""

from runtime.home import home, refusal


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "new"))
    assert refusal() == ""
    assert list(home().iterdir()) == []
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "file"))
    assert "cannot be written" in refusal()
    assert "LAYERLOOM_HOME" in refusal()
