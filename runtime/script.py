"""The script of a run: what its training is, as Python that needs nothing of Layerloom."""

from __future__ import annotations

from builder.codegen import Style
from builder.program import lower
from builder.scripts import StartCode, notebook, script
from runtime.datasets import DATASETS
from runtime.spec import START_FILE, RunSpec
from runtime.strategies import device_code, strategy


def script_of(spec: RunSpec, style: Style = "functional", *, as_notebook: bool = False) -> str:
    """The script, or the Jupyter notebook; what it opens besides, START_FILE, must lie beside it where `spec.start` is.

    Raises:
        CodeError: the network cannot be written in this style.
        KeyError: there is no such data set.
    """
    write = notebook if as_notebook else script
    return write(
        lower(spec.graph),
        spec.training,
        DATASETS[spec.data.name].code(spec.data),
        spec.seed,
        style,
        device_code(strategy(spec.device)),
        StartCode(START_FILE, spec.start.epoch, spec.start.optimizer) if spec.start else None,
    )
