"""Why TensorFlow does not use a GPU is decided from what is found; the driver is made up here, as no test machine has one."""

from __future__ import annotations

import pynvml
import pytest

from runtime import gpu
from runtime.gpu import Build, Evidence, evidence, gauges, verdict

WITH_CUDA = Build(tensorflow="2.21.0", cuda_build=True, cuda_version="12.5.1", cudnn_version="9")
READY = Evidence(cards=1, driver="570.1", gpus=1, libcuda=True, cudnn=True)


@pytest.mark.parametrize(
    ("found", "build", "used", "words"),
    [
        (Evidence(), None, False, "no NVIDIA GPU"),
        (Evidence(hidden="-1"), WITH_CUDA, False, "no NVIDIA GPU"),
        (Evidence(cards=2), WITH_CUDA, False, "no driver answers. Install NVIDIA's driver"),
        (Evidence(cards=1, driver="570.1", gpus=1, hidden="-1"), WITH_CUDA, False, "CUDA_VISIBLE_DEVICES is '-1'"),
        (Evidence(cards=1, driver="570.1", gpus=1), WITH_CUDA, False, "NVIDIA_DRIVER_CAPABILITIES=compute,utility"),
        (
            READY,
            Build(tensorflow="2.21.0", cuda_build=False),
            False,
            "built without GPU support. Start Layerloom with: make",
        ),
        (Evidence(cards=1, driver="570.1", gpus=1, libcuda=True), None, False, "make run GPU=1"),
        (READY, None, True, "a measurement shows"),
        (READY, WITH_CUDA, False, "Update the NVIDIA driver"),
        (READY, WITH_CUDA.model_copy(update={"gpus": 1}), True, "uses 1 GPU, with CUDA 12.5.1"),
    ],
)
def test_the_reason_follows_from_the_evidence(found, build, used, words):
    said = verdict(found, build)
    assert said.used is used
    assert words in f"{said.why} {said.remedy}"


@pytest.fixture
def driver(monkeypatch):
    """Two GPUs, of which the second does not tell its temperature."""

    class Memory:
        total, used = 80_000_000_000, 20_000_000_000

    class Rates:
        gpu = 73

    def temperature(index, kind):
        if index:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return 61

    answers = {
        "nvmlInit": lambda: None,
        "nvmlShutdown": lambda: None,
        "nvmlSystemGetDriverVersion": lambda: "570.1",
        "nvmlDeviceGetCount": lambda: 2,
        "nvmlDeviceGetHandleByIndex": lambda index: index,
        "nvmlDeviceGetName": lambda index: f"NVIDIA Test {index}",
        "nvmlDeviceGetMemoryInfo": lambda index: Memory,
        "nvmlDeviceGetUtilizationRates": lambda index: Rates,
        "nvmlDeviceGetTemperature": temperature,
    }
    for name, answer in answers.items():
        monkeypatch.setattr(pynvml, name, answer)


@pytest.mark.usefixtures("driver")
def test_gauges_say_what_the_driver_says():
    first, second = gauges()
    assert (first.name, first.title, first.utilisation, first.temperature) == ("gpu:0", "NVIDIA Test 0", 73, 61)
    assert second.temperature is None
    assert (second.memory_used, second.memory_total) == (20_000_000_000, 80_000_000_000)


@pytest.mark.usefixtures("driver")
def test_a_driver_that_breaks_off_has_no_gauges(monkeypatch):
    def broken(index):
        raise pynvml.NVMLError(pynvml.NVML_ERROR_GPU_IS_LOST)

    monkeypatch.setattr(pynvml, "nvmlDeviceGetMemoryInfo", broken)
    assert gauges() == ()


@pytest.mark.usefixtures("driver")
def test_evidence_is_gathered_from_bus_and_driver(monkeypatch, tmp_path):
    for name, vendor, kind in (("a", "0x10de", "0x030200"), ("b", "0x10de", "0x040300"), ("c", "0x8086", "0x030000")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "vendor").write_text(f"{vendor}\n")
        (tmp_path / name / "class").write_text(f"{kind}\n")
    (tmp_path / "d").mkdir()  # says nothing of itself
    monkeypatch.setattr(gpu, "PCI", tmp_path)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    found = evidence()
    assert (found.cards, found.driver, found.gpus, found.hidden) == (1, "570.1", 2, "-1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(gpu, "PCI", tmp_path / "nowhere")
    found = evidence()
    assert (found.cards, found.hidden) == (None, "")
