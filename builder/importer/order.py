"""The order in which the layers of a described model are called."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from builder.importer.description import DescribedLayer, DescribedModel
from builder.importer.refusal import ModelFileError


def in_order(model: DescribedModel) -> Iterator[tuple[DescribedLayer, int]]:
    """Every call so that what it needs comes before it, otherwise in the order of the file."""
    places = {layer.name: place for place, layer in enumerate(model.layers)}
    needs: dict[tuple[int, int], int] = {}
    waiting: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for place, layer in enumerate(model.layers):
        for number, call in enumerate(layer.calls):
            sources = {
                (places[tensor.layer], tensor.call)
                for tensor in call.tensors()
                if tensor.layer in places and tensor.layer not in model.inputs
            }
            needs[place, number] = len(sources)
            for source in sources:
                waiting.setdefault(source, []).append((place, number))
    ready = [key for key, count in needs.items() if count == 0]
    heapq.heapify(ready)
    while ready:
        place, number = heapq.heappop(ready)
        yield model.layers[place], number
        for follower in waiting.get((place, number), ()):
            needs[follower] -= 1
            if needs[follower] == 0:
                heapq.heappush(ready, follower)
    if stuck := [model.layers[place].name for (place, _), count in needs.items() if count > 0]:
        raise ModelFileError(
            f"The model runs in a circle, or a part of it is missing, at {', '.join(stuck[:3])[:200]}."
        )
