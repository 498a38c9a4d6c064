"""Networks to test with, and hypothesis strategies that draw documents and edits, whether they fit or not."""

from hypothesis import strategies as st

from builder.edits import (
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    Edit,
    Insert,
    Load,
    Move,
    Paste,
    Place,
    Remove,
    Rename,
    apply,
)
from builder.graph import FAR, Edge, Graph, Node
from builder.layers import LAYERS, example


def chain(*layers: str) -> Graph:
    """Example layers of these types, each connected with the next, named as Keras names them."""
    graph = Graph()
    for layer in layers:
        after = graph.nodes[-1].id if graph.nodes else None
        graph = apply(graph, AddLayer(layer=layer, after=after))
    return graph


ids = st.sampled_from(["a", "b", "c", "d", "e", "f"])
coordinates = st.floats(-FAR, FAR)
layers = st.sampled_from(sorted(LAYERS)).map(example)
nodes = st.builds(Node, id=ids, layer=layers, x=coordinates, y=coordinates)
ports = st.sampled_from(["inputs", "query", "value", "nowhere"])
edges = st.builds(Edge, source=ids, target=ids, port=ports, output=st.integers(0, 2))
graphs = st.builds(Graph, nodes=st.lists(nodes, max_size=6).map(tuple), edges=st.lists(edges, max_size=10).map(tuple))
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.dictionaries(
    st.sampled_from(["units", "shape", "type", "activation", "kernel_initializer", "nothing"]),
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=5), scalars, max_size=2),
    max_size=3,
)
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        AddLayer,
        layer=st.sampled_from([*LAYERS, "Nonsense"]),
        id=st.none() | ids,
        values=st.just({}) | values,
        x=coordinates,
        y=coordinates,
        after=st.none() | ids,
        edge=st.none() | edges,
    ),
    st.builds(Insert, id=ids, edge=edges),
    st.builds(Move, places=st.lists(st.builds(Place, id=ids, x=coordinates, y=coordinates), max_size=3).map(tuple)),
    st.builds(Connect, edge=edges),
    st.builds(Disconnect, edges=st.lists(edges, max_size=3).map(tuple)),
    st.builds(Configure, id=ids, values=values),
    st.builds(Rename, id=ids, to=ids),
    st.builds(
        Remove,
        ids=st.lists(ids, max_size=3).map(tuple),
        edges=st.lists(edges, max_size=2).map(tuple),
        heal=st.booleans(),
    ),
    st.builds(
        Paste,
        nodes=st.lists(nodes, max_size=3).map(tuple),
        edges=st.lists(edges, max_size=3).map(tuple),
        dx=coordinates,
        dy=coordinates,
    ),
    st.builds(Load, graph=graphs),
)
