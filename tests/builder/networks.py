"""Networks to test with, and hypothesis strategies that draw documents and edits, whether they fit or not."""

from hypothesis import strategies as st

from builder.edits import (
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    Edit,
    Expose,
    Fold,
    Insert,
    Load,
    Move,
    Paste,
    Place,
    Remove,
    RemoveBlock,
    Rename,
    RenameBlock,
    Share,
    Unexpose,
    Unfold,
    apply,
)
from builder.graph import FAR, Block, Edge, Exposed, Graph, Node
from builder.layers import LAYERS, PLACEABLE, example
from builder.layers.blocks import BlockInput, Instance


def chain(*layers: str) -> Graph:
    """Example layers of these types, each connected with the next, named as Keras names them."""
    graph = Graph()
    for layer in layers:
        after = graph.nodes[-1].id if graph.nodes else None
        graph = apply(graph, AddLayer(layer=layer, after=after))
    return graph


ids = st.sampled_from(["a", "b", "c", "d", "e", "f"])
coordinates = st.floats(-FAR, FAR)
block_names = st.sampled_from(["unit", "stage"])
parameters = st.sampled_from(["width", "times"])
fields = st.sampled_from(["units", "repeat", "width", "nothing"])
common = st.sampled_from(["Dense", "Add", "Input"])  # most documents are of few layers
layers = (st.sampled_from(sorted(LAYERS)) | common).map(example)
instances = st.builds(
    Instance,
    block=block_names,
    values=st.dictionaries(parameters, st.integers(-1, 9) | st.text(max_size=3), max_size=2),
    repeat=st.integers(1, 3),
)
nodes = st.builds(
    Node, id=ids, layer=layers | instances | st.just(BlockInput()), shares=st.none() | ids, x=coordinates, y=coordinates
)
ports = st.sampled_from(["inputs", "query", "value", "nowhere", "a"])
edges = st.builds(Edge, source=ids, target=ids, port=ports, output=st.integers(0, 2))
exposed = st.builds(
    Exposed, name=parameters, places=st.lists(st.tuples(ids, fields), min_size=1, max_size=2).map(tuple)
)
plain_nodes = st.builds(Node, id=ids, layer=layers | st.just(BlockInput()), x=coordinates, y=coordinates)


def blocks_of(name: str, inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Block]:
    return st.builds(
        Block,
        name=st.just(name),
        nodes=st.lists(inner, max_size=4).map(tuple),
        edges=st.lists(edges, max_size=4).map(tuple),
        exposes=st.lists(exposed, max_size=2, unique_by=lambda one: one.name).map(tuple),
    )


unit_inside = st.builds(Node, id=ids, layer=instances.map(lambda one: Instance(**dict(one) | {"block": "unit"})))
blocks = st.tuples(blocks_of("unit", plain_nodes), blocks_of("stage", plain_nodes | unit_inside))
graphs = st.builds(
    Graph,
    nodes=st.lists(nodes, max_size=6).map(tuple),
    edges=st.lists(edges, max_size=10).map(tuple),
    blocks=st.just(()) | blocks,
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
values = st.dictionaries(
    st.sampled_from(["units", "shape", "type", "activation", "kernel_initializer", "nothing"]),
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(st.text(max_size=5), scalars, max_size=2),
    max_size=3,
)
changes: st.SearchStrategy[Edit] = st.one_of(
    st.builds(
        AddLayer,
        layer=st.sampled_from([*PLACEABLE, "Nonsense"]),
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
    st.builds(Share, id=ids, of=st.none() | ids),
    st.builds(Fold, ids=st.lists(ids, min_size=1, max_size=3).map(tuple), name=block_names),
    st.builds(Unfold, id=ids),
    st.builds(Expose, node=ids, field=fields, name=parameters),
    st.builds(Unexpose, name=parameters),
    st.builds(RenameBlock, name=block_names, to=block_names | ids),
    st.builds(RemoveBlock, name=block_names),
)
edits: st.SearchStrategy[Edit] = st.builds(
    lambda edit, inside: type(edit)(**dict(edit) | {"inside": inside}), changes, st.none() | block_names
)
