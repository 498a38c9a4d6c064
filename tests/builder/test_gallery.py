"""The table of all networks."""

import pytest

from builder.program import lower
from builder.training import defaults
from builder.validate import problems
from builder.zoo import TEMPLATES
from builder.zoo.applications import PUBLISHED
from builder.zoo.gallery import DATA, rows, transfer
from runtime.datasets import DATASETS
from runtime.spec import DataSpec


def test_every_template_and_every_application_is_a_row_of_its_own():
    names = [row.name for row in rows()]
    assert len(names) == len(set(names)) == len(TEMPLATES) - 1 + len(PUBLISHED)
    assert {row.kind for row in rows()} == {"architecture", "trained"}


def test_what_is_published_has_a_source():
    for row in rows():
        assert bool(row.source) == (row.top1 is not None or row.top5 is not None), row.name
        assert row.top5 is None or 50 < row.top5 < 100
        assert row.parameters > 0
        assert row.macs > 0
        assert row.kind == "architecture" or row.paper


@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("learned", [False, True])
def test_each_backbone_is_ready_for_its_data(name, learned):
    graph = transfer(name, learned)
    task = DATASETS[DATA].task(DataSpec(name=DATA))
    assert lower(graph).missing == ()
    found = problems(graph, task=task, training=defaults(graph, task).training)
    assert not [problem for problem in found if problem.severity == "error"], found
    assert graph.find("backbone").layer.trainable is not learned
