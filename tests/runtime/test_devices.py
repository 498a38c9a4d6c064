"""Devices found without TensorFlow, what they mean for a worker, and the refusal of what would not fit."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pynvml
import pytest

from builder.optimizers import SGD
from builder.program import Facts
from builder.training import Task, Training
from runtime import devices as module
from runtime import gpu
from runtime.devices import Device, devices, environment, refusal

SMALL = Device(name="cpu", title="Small", memory_bytes=2_000_000_000, threads=2)


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    devices.cache_clear()
    yield
    devices.cache_clear()


@pytest.fixture
def gpus(monkeypatch):
    """A driver with two GPUs."""

    class Info:
        total = 80_000_000_000

    monkeypatch.setattr(pynvml, "nvmlInit", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlShutdown", lambda: None)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCount", lambda: 2)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetHandleByIndex", lambda index: index)
    monkeypatch.setattr(pynvml, "nvmlDeviceGetUUID", lambda index: f"GPU-{index}{index}")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetName", lambda index: f"NVIDIA Test {index}")
    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", lambda index: Info)


def test_the_processor_is_always_there():
    cpu = devices()[0]
    assert cpu.name == "cpu"
    assert 1 <= cpu.threads <= os.cpu_count()
    assert 0 < cpu.memory_bytes <= psutil.virtual_memory().total
    assert cpu.title
    assert refusal({}, Training(), cpu) is None


def test_limits_of_the_container_hold(monkeypatch):
    monkeypatch.setattr(module, "memory_limit", lambda: 1_000_000_000)
    monkeypatch.setattr(module, "cpu_limit", lambda: 1)
    assert (devices()[0].memory_bytes, devices()[0].threads) == (1_000_000_000, 1)


def test_without_a_driver_there_is_no_gpu(monkeypatch):
    def fail():
        raise pynvml.NVMLError(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND)

    monkeypatch.setattr(pynvml, "nvmlInit", fail)
    assert [device.name for device in devices()] == ["cpu"]


@pytest.mark.usefixtures("gpus")
def test_gpus_come_after_the_processor():
    found = devices()
    assert [device.name for device in found] == ["cpu", "gpu:0", "gpu:1"]
    assert found[2].title == "NVIDIA Test 1"
    assert found[2].memory_bytes == 80_000_000_000


@pytest.mark.usefixtures("gpus")
@pytest.mark.parametrize(
    ("chosen", "names"),
    [("1", ["cpu", "gpu:1"]), ("GPU-00", ["cpu", "gpu:0"]), ("0,1", ["cpu", "gpu:0", "gpu:1"]), ("-1", ["cpu"])],
)
def test_gpus_that_this_process_may_not_use_are_not_offered(monkeypatch, chosen, names):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert [device.name for device in devices()] == names


@pytest.mark.usefixtures("gpus")
def test_the_environment_of_a_worker():
    assert environment("cpu")["CUDA_VISIBLE_DEVICES"] == "-1"
    assert environment("cpu")["TF_NUM_INTRAOP_THREADS"] == str(devices()[0].threads)
    assert environment("gpu:1")["CUDA_VISIBLE_DEVICES"] == "1"
    with pytest.raises(ValueError, match="Choose one of: cpu, gpu:0, gpu:1"):
        environment("gpu:7")


def test_tensorflow_is_not_imported():
    code = "import sys; from runtime.devices import devices; devices(); sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_layer_of_40_gigabytes_is_refused_with_its_name():
    layer = Facts(parameters=10_010_000_000, trainable=10_010_000_000, activation_bytes=40_000_000)
    words = refusal({"x": Facts(), "dense": layer}, Training(), SMALL)
    assert "weights 40.0 GB" in words
    assert "Small has 2.0 GB" in words
    assert "Make the layer dense smaller, which alone has weights of 40.0 GB" in words


def test_a_batch_that_is_too_large_is_refused_with_one_that_fits():
    network = {"conv": Facts(activation_bytes=10_000_000)}
    words = refusal(network, Training(batch_size=256), SMALL)
    assert "Choose a batch size of 32 instead of 256" in words
    assert refusal(network, Training(batch_size=32), SMALL) is None


def test_an_output_too_large_for_one_example_is_refused_with_its_layer():
    words = refusal({"up": Facts(activation_bytes=3_000_000_000)}, Training(batch_size=1), SMALL)
    assert "Make the layer up smaller, which alone has an output of 3.0 GB an example" in words


def test_data_counts():
    task = Task(data="x", input_shape=(1000,), kind="values", examples=1_000_000)
    words = refusal({"x": Facts()}, Training(), SMALL, task)
    assert "data 8.0 GB" in words
    assert "Choose a smaller data set" in words


def test_replicas_that_do_not_fit_together_are_refused_with_fewer():
    layer = {"dense": Facts(parameters=25_000_000, trainable=25_000_000, activation_bytes=4)}
    together = Device(name="mirrored:cpu:8", title="Small", memory_bytes=2_000_000_000, threads=2)
    words = refusal(layer, Training(optimizer=SGD()), together)
    assert "for 8 replicas together, and Small has 2.0 GB" in words
    assert "Choose 5 replicas instead of 8 replicas" in words
    assert refusal(layer, Training(optimizer=SGD()), replace(together, name="mirrored:cpu:5")) is None
    words = refusal(layer, Training(optimizer=SGD()), replace(together, name="workers:2"))
    assert "Choose the processor alone instead of 2 replicas" in words
    assert "replicas" not in refusal({"dense": Facts(parameters=10**9)}, Training(), SMALL)


@pytest.mark.usefixtures("gpus")
@pytest.mark.parametrize(
    ("package", "library", "missing"), [(None, None, True), (object(), None, False), (None, "libcudnn.so.9", False)]
)
def test_cuda_comes_from_pip_or_from_the_system(monkeypatch, package, library, missing):
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: package)
    monkeypatch.setattr(gpu, "find_library", lambda name: library)
    assert bool(devices()[1].missing) is missing


@pytest.mark.usefixtures("gpus")
def test_a_gpu_without_libraries_says_how_to_get_them(monkeypatch):
    monkeypatch.setattr(gpu.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(gpu, "find_library", lambda name: None)
    words = refusal({}, Training(), devices()[1])
    assert "CUDA libraries are not installed. Start Layerloom with: make run GPU=1" in words
