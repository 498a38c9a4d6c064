"""Whether TensorFlow can use the machine's GPUs and, if not, why and what to install: decided from what is found here."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

PCI = Path("/sys/bus/pci/devices")
NVIDIA, DISPLAY = "0x10de", "0x03"  # vendor, and the class of graphics cards and accelerators
INSTALL = "Start Layerloom with: make run GPU=1"


class Build(BaseModel):
    """What TensorFlow says of itself: built with CUDA, for which versions, and how many GPUs it sees."""

    model_config = ConfigDict(frozen=True)

    tensorflow: str
    cuda_build: bool
    cuda_version: str = ""
    cudnn_version: str = ""
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is found without TensorFlow.

    Args:
        cards: NVIDIA cards on the bus; None where there is no bus to look at.
        driver: version of the driver that answers by NVML; empty: none does.
        gpus: how many GPUs NVML knows.
        libcuda: whether the driver's library for computing is there.
        cudnn: whether TensorFlow's CUDA libraries are there, by pip or from the system.
        hidden: CUDA_VISIBLE_DEVICES where it hides every GPU.
    """

    cards: int | None = None
    driver: str = ""
    gpus: int = 0
    libcuda: bool = False
    cudnn: bool = False
    hidden: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether GPUs are used, why, and what to do; `remedy` is empty where nothing is to be done."""

    used: bool
    why: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Gauge:
    """What a GPU does now: shares from 0 to 100, memory in bytes, degrees Celsius; None where it does not say."""

    name: str
    title: str
    memory_total: int
    memory_used: int
    utilisation: int | None
    temperature: int | None


def evidence() -> Evidence:
    """What is found on this machine."""
    driver, count = "", 0
    with _nvml() as nvml:
        if nvml is not None:
            driver, count = nvml.nvmlSystemGetDriverVersion(), nvml.nvmlDeviceGetCount()
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return Evidence(
        cards=_cards(PCI),
        driver=driver,
        gpus=count,
        libcuda=find_library("cuda") is not None,
        cudnn=cudnn(),
        hidden=chosen
        if chosen is not None and not any(part.strip() not in ("", "-1") for part in chosen.split(","))
        else "",
    )


def cudnn() -> bool:
    """Whether the libraries that TensorFlow loads are there, by pip or from the system."""
    return importlib.util.find_spec("nvidia") is not None or find_library("cudnn") is not None


def verdict(found: Evidence, build: Build | None) -> Verdict:
    """What the evidence says. Without `build`, which takes a child process, the last word is left open."""
    if build is not None and build.gpus:
        return Verdict(True, f"TensorFlow {build.tensorflow} uses {_gpus(build.gpus)}, with CUDA {build.cuda_version}.")
    if found.hidden and (found.gpus or found.cards):
        return Verdict(
            False, f"CUDA_VISIBLE_DEVICES is {found.hidden!r}, which hides every GPU.", "Start Layerloom without it."
        )
    if not found.gpus:
        return _without_driver(found)
    if not found.libcuda:
        return Verdict(
            False,
            f"The driver {found.driver} knows {_gpus(found.gpus)}, but its library for computing (libcuda) is missing.",
            "In a container: start it with NVIDIA_DRIVER_CAPABILITIES=compute,utility. Else install the driver's CUDA "
            "package (on Debian and Ubuntu libcuda1).",
        )
    if build is not None and not build.cuda_build:
        return Verdict(False, f"This TensorFlow {build.tensorflow} is built without GPU support.", f"{INSTALL}.")
    if not found.cudnn:
        return Verdict(
            False,
            f"There is a driver ({found.driver}) for {_gpus(found.gpus)}, but TensorFlow's CUDA libraries (cuDNN and others) "
            "are not installed.",
            f"{INSTALL}. It downloads about 3 GB.",
        )
    if build is None:
        return Verdict(
            True, f"Driver, CUDA libraries and {_gpus(found.gpus)} are there; a measurement shows that they work."
        )
    return Verdict(
        False,
        f"Driver {found.driver} and CUDA libraries are there, and still TensorFlow sees no GPU. It is built for CUDA "
        f"{build.cuda_version} and cuDNN {build.cudnn_version}; an older driver cannot run that.",
        "Update the NVIDIA driver, restart the machine, and measure again; the log below says more.",
    )


def _without_driver(found: Evidence) -> Verdict:
    if not found.cards:
        return Verdict(False, "This machine has no NVIDIA GPU that can be seen from here, so the processor trains.")
    return Verdict(
        False,
        f"There {'is an NVIDIA card' if found.cards == 1 else f'are {found.cards} NVIDIA cards'} in this machine, but no "
        "driver answers.",
        "Install NVIDIA's driver (on Ubuntu: sudo ubuntu-drivers install) and restart the machine. In a container: start it "
        "with --gpus all, which needs the NVIDIA Container Toolkit.",
    )


def gauges() -> tuple[Gauge, ...]:
    """What each GPU does now."""
    with _nvml() as nvml:
        if nvml is None:
            return ()
        return tuple(_gauge(nvml, index) for index in range(nvml.nvmlDeviceGetCount()))
    return ()


def _gauge(nvml: Any, index: int) -> Gauge:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    utilisation = temperature = None
    with suppress(nvml.NVMLError):
        utilisation = int(nvml.nvmlDeviceGetUtilizationRates(handle).gpu)
    with suppress(nvml.NVMLError):
        temperature = int(nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU))
    return Gauge(f"gpu:{index}", nvml.nvmlDeviceGetName(handle), memory.total, memory.used, utilisation, temperature)


@contextmanager
def _nvml() -> Iterator[Any]:
    """NVML while it is asked; None where no driver answers, and an end of the questions where it breaks off."""
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        yield None
        return
    try:
        yield pynvml
    except pynvml.NVMLError:
        return
    finally:
        pynvml.nvmlShutdown()


def _cards(bus: Path) -> int | None:
    if not bus.is_dir():
        return None
    return sum(vendor == NVIDIA and kind.startswith(DISPLAY) for vendor, kind in _parts(bus))


def _parts(bus: Path) -> Iterator[tuple[str, str]]:
    for device in bus.iterdir():
        with suppress(OSError):
            yield (device / "vendor").read_text().strip(), (device / "class").read_text().strip()


def _gpus(count: int) -> str:
    return f"{count} GPU{'s' if count != 1 else ''}"
