"""What somebody who is new here does: open LeNet-5, look at the data, train, leave with code; and what can go wrong."""

from __future__ import annotations

import ast
import json
import re

import pytest
from playwright.sync_api import expect

from runtime.store import Store
from tests.browser.accessibility import barriers

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TRAINED_WITHIN = 300_000  # milliseconds, with Keras still being imported on a slow machine


@pytest.fixture
def projects(app):
    """The store of the running app."""
    return Store(f"sqlite:///{app.home / 'projects.sqlite'}")


def goto(page, name):
    """Press a page in the navigation."""
    page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(rf"^\W*{name}$|{name}")).first.click()
    expect(page).to_have_title(re.compile(rf"{name} · Layerloom$"))


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def begin(page, app_url, template="lenet5"):
    """From the start page into a template; its project's id."""
    page.goto(app_url)
    page.locator(f".st-key-begin-{template} button").click()
    page.wait_for_url(re.compile(r"/build\?project=[0-9a-f]{32}"))
    page.locator(".workplace").wait_for()
    return page.url.rpartition("=")[2]


def test_from_the_first_screen_to_code_that_repeats_the_training(page, app_url, projects, tmp_path):
    project_id = begin(page, app_url)
    expect(page.locator("header.project .name")).to_have_text(re.compile("LeNet-5"))
    assert barriers(page) == []

    goto(page, "Data")
    expect(page).to_have_url(re.compile(f"/data\\?project={project_id}"))
    expect(page.get_by_text("This project uses it")).to_be_visible()
    expect(page.locator(".examples img")).to_have_count(24)
    expect(page.get_by_text("The network fits this data")).to_be_visible(timeout=TRAINED_WITHIN)
    assert barriers(page) == []

    goto(page, "Train")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("2")
    epochs.press("Enter")
    expect(button(page, "Train")).to_be_enabled(timeout=TRAINED_WITHIN)
    button(page, "Train").click()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=TRAINED_WITHIN)
    expect(button(page, "Export the code")).to_be_visible(timeout=TRAINED_WITHIN)
    assert barriers(page) == []
    training = projects.project(project_id).training
    assert (training.epochs, training.batch_size, training.validation_split) == (2, 32, 0.2)

    button(page, "Look inside with the Microscope").click()
    filters = page.locator(".ll-pictures button")
    expect(filters).to_have_count(6)
    filters.nth(1).click()
    expect(page.get_by_text("Filter 2", exact=True)).to_be_visible()
    example = page.locator("[class*=st-key-sample] input")
    example.fill("5")
    example.press("Enter")
    expect(page.get_by_text("Only example 1 was watched through the epochs")).to_be_visible()
    expect(page.get_by_text("The network says")).to_be_visible(timeout=TRAINED_WITHIN)
    expect(filters).to_have_count(6)
    assert barriers(page) == []

    goto(page, "Train")
    button(page, "Export the code").click()
    expect(page).to_have_title(re.compile(r"Export · Layerloom$"))
    page.get_by_label("Of", exact=True).click()
    page.get_by_role("option", name=re.compile(r"Run 1 \(finished\)")).click()
    with page.expect_download() as download:
        button(page, "Download").click()
    name = projects.project(project_id).name.lower()
    stem = re.sub(r"\W+", "_", name).strip("_")  # another test may have taken the plain name
    assert download.value.suggested_filename == f"{stem}.py"
    download.value.save_as(tmp_path / "script.py")
    script = (tmp_path / "script.py").read_text()
    assert {"load_digits", "epochs=2", "keras.Model("} <= set(
        re.findall(r"load_digits|epochs=2|keras\.Model\(", script)
    )
    ast.parse(script)
    assert barriers(page) == []

    with page.expect_download() as download:
        button(page, "Model of Run 1 (.keras)").click()
    assert download.value.suggested_filename == f"{stem}.keras"
    download.value.save_as(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size > 100_000


def test_the_network_goes_out_as_a_document_and_comes_in_again(page, app_url, projects, tmp_path):
    project_id = begin(page, app_url, "mlp")
    goto(page, "Export")
    with page.expect_download() as download:
        button(page, "Network (.json)").click()
    document = tmp_path / "back again.json"
    download.value.save_as(document)

    goto(page, "Start")
    expect(page.locator("input[type=file]")).to_be_attached()
    assert barriers(page) == []
    page.locator("input[type=file]").set_input_files(document)
    page.wait_for_url(re.compile(r"/build\?project=[0-9a-f]{32}"))
    again = projects.project(page.url.rpartition("=")[2])
    assert again.id != project_id
    assert (again.name, again.graph) == ("back again", projects.project(project_id).graph)


def test_a_document_that_cannot_be_read_is_told_and_nothing_is_lost(page, app_url, projects, tmp_path):
    project_id = begin(page, app_url, "mlp")
    before = projects.project(project_id)
    goto(page, "Start")
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps({"version": 7, "nodes": []}))
    page.locator("input[type=file]").set_input_files(bad)
    expect(page.get_by_test_id("stAlert")).to_contain_text("version: expected 1, got '7'")

    large = tmp_path / "large.json"
    large.write_bytes(b"[" + b"0," * 25_000_000 + b"0]")
    page.reload()
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_test_id("stAlert")).to_contain_text("A network document has at most 5 MB; this one has 50 MB.")
    assert projects.project(project_id) == before
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_an_address_that_leads_nowhere_ends_on_the_start_page(page, app_url):
    page.goto(f"{app_url}/train?project={'0' * 32}")
    expect(page.get_by_test_id("stAlert")).to_contain_text("This address leads to no project")
    expect(page.get_by_role("heading", name="Begin with a network")).to_be_visible()


def test_choosing_data_fits_the_input_and_undo_takes_it_back(page, app_url, projects):
    project_id = begin(page, app_url, "mlp")
    before = projects.project(project_id)
    goto(page, "Data")
    page.locator(".st-key-look-iris button").click()
    button(page, "Use this data set").click()
    expect(page.get_by_text("This project uses it")).to_be_visible()
    expect(page.locator("header.project .facts")).to_contain_text("data: iris")
    fix = page.get_by_role("button", name=re.compile("3 units, softmax"))
    fix.click(timeout=TRAINED_WITHIN)
    expect(fix).to_have_count(0)

    fitted = projects.project(project_id)
    assert [node.layer.shape for node in fitted.graph.nodes if node.layer.type == "Input"] == [(4,)]
    assert fitted.graph.nodes[-1].layer.units == 3
    projects.undo(project_id)
    assert projects.undo(project_id).graph == before.graph


def test_a_project_survives_a_server_that_is_started_again(page, app, app_url, projects, settled):
    project_id = begin(page, app_url, "lstm")
    before = projects.project(project_id)
    app.stop()
    app.start()
    page.goto(f"{app_url}/export?project={project_id}")
    settled(page)
    expect(page.locator("header.project .name")).to_have_text(before.name)
    assert projects.project(project_id) == before
