"""The contract of a data set, over the whole registry: facts, arrays, code and preview agree."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

from runtime.datasets import DATASETS, Arrays, Preview
from runtime.run import DataSpec

NAMES = [
    "digits", "iris", "wine", "breast_cancer", "diabetes", "mnist", "fashion_mnist", "cifar10",
    "circles", "moons", "xor", "spirals", "sine", "pairs", "reversal", "random",
]  # fmt: skip
HERE = [name for name in NAMES if name in DATASETS and not DATASETS[name].needs_keras]
SPLITS = [DataSpec(test_fraction=0.2, seed=0), DataSpec(test_fraction=0.35, seed=7)]


def arrays(loaded: Arrays) -> tuple[np.ndarray, ...]:
    return loaded.x_train, loaded.y_train, loaded.x_test, loaded.y_test


@pytest.mark.parametrize("name", HERE)
def test_task_is_what_load_gives(name):
    for spec in (*SPLITS, DataSpec(test_fraction=0), DataSpec(test_fraction=0.9)):
        task, loaded = DATASETS[name].task(spec), DATASETS[name].load(spec)
        assert task.examples == len(loaded.x_train) == len(loaded.y_train)
        assert len(loaded.x_test) == len(loaded.y_test) > 0
        assert len(loaded.x_train) + len(loaded.x_test) == DATASETS[name].size
        assert (
            loaded.x_train.shape[1:]
            == loaded.x_test.shape[1:]
            == (() if task.inputs == 1 else (task.inputs,)) + task.input_shape
        )
        assert loaded.x_train.dtype == loaded.x_test.dtype == np.float32
        if task.kind == "classes":
            assert loaded.y_train.dtype == loaded.y_test.dtype == np.int64
            assert set(loaded.y_train.flat) == set(loaded.y_test.flat) == set(range(len(task.classes)))
            assert loaded.y_train.shape[1:] == (() if task.steps is None else (task.steps,))
        else:
            assert loaded.y_train.dtype == loaded.y_test.dtype == np.float32
            assert loaded.y_train.shape[1:] == loaded.y_test.shape[1:] == (task.targets,)
        assert all(np.isfinite(array).all() for array in arrays(loaded))


@pytest.mark.parametrize("name", HERE)
def test_inputs_are_scaled_for_a_network(name):
    loaded = DATASETS[name].load(DataSpec())
    if DATASETS[name].group in ("images", "several inputs"):
        assert (loaded.x_train.min(), loaded.x_train.max()) == (0, 1)
    else:
        assert abs(loaded.x_train.mean()) < 0.5
        assert 0.4 < loaded.x_train.std() < 2


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """A folder with the arrays that the code of every set makes, each run on its own in one clean child process."""
    folder = tmp_path_factory.mktemp("executed")
    codes = {f"{name}-{spec.seed}": DATASETS[name].code(spec) for name in HERE for spec in SPLITS}
    scripts = {key: "\n".join((*code.imports, code.body)) for key, code in codes.items()}
    (folder / "scripts.json").write_text(json.dumps(scripts))
    subprocess.run([sys.executable, "-W", "error", "-c", RUN_ALL], cwd=folder, check=True, timeout=200)
    return folder


RUN_ALL = """
import json, numpy, pathlib
for key, script in json.loads(pathlib.Path("scripts.json").read_text()).items():
    made = {}
    exec(script, made)
    numpy.savez(key, **{name: made[name] for name in ("x_train", "y_train", "x_test", "y_test")})
"""


@pytest.mark.parametrize("name", HERE)
def test_code_makes_the_same_arrays_bit_for_bit(name, executed):
    for spec in SPLITS:
        loaded = DATASETS[name].load(spec)
        with np.load(executed / f"{name}-{spec.seed}.npz") as made:
            for key in ("x_train", "y_train", "x_test", "y_test"):
                assert made[key].dtype == getattr(loaded, key).dtype
                np.testing.assert_array_equal(made[key], getattr(loaded, key))


@pytest.mark.parametrize("name", HERE)
def test_the_seed_decides_the_data(name):
    load = DATASETS[name].load
    first, again, other = load(DataSpec(seed=1)), load(DataSpec(seed=1)), load(DataSpec(seed=2))
    for one, two in zip(arrays(first), arrays(again), strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.array_equal(first.x_train, other.x_train)


@pytest.mark.parametrize("name", HERE)
def test_classes_are_balanced_alike_in_both_parts(name):
    preview = DATASETS[name].preview(DataSpec())
    for label in DATASETS[name].classes:
        share = preview.train_counts[label] / sum(preview.train_counts.values())
        assert preview.test_counts[label] / sum(preview.test_counts.values()) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("name", HERE)
def test_preview_shows_examples_and_counts(name):
    dataset, spec = DATASETS[name], DataSpec()
    preview, loaded = dataset.preview(spec), dataset.load(spec)
    if dataset.inputs == 1:
        assert preview.inputs.shape[1:] == dataset.input_shape
    else:
        assert preview.inputs.shape[1:] == (8, {"pairs": 16, "reversal": 22}[name], 1)
    assert 0 < len(preview.inputs) == len(preview.answers) <= 600
    assert (preview.train_examples, preview.test_examples) == (len(loaded.x_train), len(loaded.x_test))
    if dataset.classes:
        assert tuple(preview.train_counts) == dataset.classes
        assert list(preview.train_counts.values()) == np.bincount(loaded.y_train.ravel()).tolist()
        assert list(preview.test_counts.values()) == np.bincount(loaded.y_test.ravel()).tolist()
        assert preview.answers[0].split() == [dataset.classes[number] for number in np.ravel(loaded.y_train[0])]
    else:
        assert float(preview.answers[0]) == pytest.approx(float(loaded.y_train[0, 0]), rel=0.01)
    assert len(preview.columns) == (dataset.input_shape[0] if dataset.group in ("tables", "two dimensions") else 0)


def test_preview_travels_as_json():
    preview = DATASETS["digits"].preview(DataSpec())
    text = preview.model_dump_json()
    back = Preview.model_validate_json(text)
    np.testing.assert_allclose(back.inputs, preview.inputs, atol=1e-4)
    assert json.loads(text)["train_counts"] == back.train_counts == preview.train_counts


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_names_of_columns_and_classes_are_those_of_scikit_learn(name):
    from sklearn import datasets

    bunch = getattr(datasets, f"load_{name}")()
    assert DATASETS[name].columns == tuple(bunch.feature_names)
    assert DATASETS[name].classes == tuple(getattr(bunch, "target_names", ()))


def test_registry_names_and_order():
    assert list(DATASETS) == NAMES
    assert all(dataset.name == name for name, dataset in DATASETS.items())
    assert all(dataset.title and dataset.description and dataset.source for dataset in DATASETS.values())


def test_facts_and_service_need_neither_keras_nor_scikit_learn():
    code = """
import sys
import runtime.service
from runtime.datasets import DATASETS
from runtime.run import DataSpec
assert all(dataset.task(DataSpec(name=name)).data == name for name, dataset in DATASETS.items())
sys.exit(", ".join({"keras", "tensorflow", "sklearn"} & set(sys.modules)) or None)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("name", DATASETS)
def test_the_code_tells_as_many_classes_as_the_set_has(name):
    assert DATASETS[name].code(DataSpec(name=name)).classes == len(DATASETS[name].classes)
