"""What a history of a thousand changes costs: room on the disk, and time for one more."""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from builder.edits import Configure, Move, Place
from builder.graph import Edge, Graph, Node
from builder.layers import example
from runtime.store import Store

LAYERS, EDITS = 500, 1_000


def main() -> None:
    """A network of 500 layers is changed a thousand times, here and there."""
    nodes = tuple(Node(id=f"dense_{n}", layer=example("Dense"), x=n % 7, y=130 * n) for n in range(LAYERS))
    edges = tuple(Edge(source=f"dense_{n}", target=f"dense_{n + 1}") for n in range(LAYERS - 1))
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "projects.sqlite"
        store = Store(f"sqlite:///{file}")
        project = store.create("Large", Graph(nodes=nodes, edges=edges))
        taken = []
        for count in range(EDITS):
            name = f"dense_{chance.randrange(LAYERS)}"
            place = Place(id=name, x=chance.randrange(900), y=chance.randrange(60_000))
            edit = (
                Move(places=(place,)) if count % 2 else Configure(id=name, values={"units": chance.randrange(1, 999)})
            )
            began = time.perf_counter()
            store.edit(project.id, [edit])
            taken.append(time.perf_counter() - began)
        began = time.perf_counter()
        store.history(project.id)
        listed = time.perf_counter() - began
        size = sum(one.stat().st_size for one in Path(folder).iterdir()) / EDITS / 1e3
    print(
        f"history of {EDITS:,} changes, {LAYERS} layers: {size:.1f} kB a change, {1e3 * statistics.median(taken):.0f} ms for one "
        f"(at worst {1e3 * max(taken):.0f} ms), listed in {1e3 * listed:.0f} ms"
    )


if __name__ == "__main__":
    main()
