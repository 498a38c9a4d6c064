"""Networks to test with, and hypothesis strategies that draw documents and edits, whether they fit or not."""

from hypothesis import strategies as st

from builder.edits import (
    AddLayer,
    Configure,
    ConfigureAll,
    Connect,
    Disable,
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
    Replace,
    Share,
    Unexpose,
    Unfold,
    apply,
)
from builder.graph import FAR, Block, Edge, Exposed, Graph, Node
from builder.layers import LAYERS, PLACEABLE, example
from builder.layers.base import LayerSpec
from builder.layers.blocks import BlockInput, Instance
from builder.layers.convolutional import Conv2D
from builder.layers.core import Dense, Input
from builder.layers.merging import Add, Concatenate
from builder.layers.normalization import BatchNormalization
from builder.layers.pooling import GlobalAveragePooling2D
from builder.layers.regularization import Dropout
from builder.layers.rnn import LSTM
from builder.zoo.drawing import edges as connected
from builder.zoo.drawing import laid_out


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
    Node,
    id=ids,
    layer=layers | instances | st.just(BlockInput()),
    shares=st.none() | ids,
    disabled=st.sampled_from([False, False, False, True]),
    x=coordinates,
    y=coordinates,
)
ports = st.sampled_from(["inputs", "query", "value", "nowhere", "a"])
edges = st.builds(Edge, source=ids, target=ids, port=ports, output=st.integers(0, 2))
exposed = st.builds(
    Exposed, name=parameters, places=st.lists(st.tuples(ids, fields), min_size=1, max_size=2).map(tuple)
)
plain_nodes = st.builds(
    Node, id=ids, layer=layers | st.just(BlockInput()), disabled=st.booleans(), x=coordinates, y=coordinates
)


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
    st.builds(ConfigureAll, ids=st.lists(ids, min_size=1, max_size=3).map(tuple), values=values),
    st.builds(Replace, id=ids, layer=st.sampled_from([*PLACEABLE, "Nonsense"]), values=st.just({}) | values),
    st.builds(Disable, ids=st.lists(ids, max_size=3).map(tuple), disabled=st.booleans()),
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
        blocks=st.just(()) | blocks,
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


def of(**layers: LayerSpec) -> tuple[Node, ...]:
    """Nodes of these layers, by name."""
    return laid_out(layers, ())


def staged() -> Graph:
    """Blocks within blocks: stages of a width and a number of residual units, one of them repeated by itself."""
    unit = Block(
        name="unit",
        nodes=of(
            x=BlockInput(),
            conv1=Conv2D(filters=8, kernel_size=(3, 3), padding="same", activation="relu"),
            dropout=Dropout(rate=0.1),
            conv2=Conv2D(filters=8, kernel_size=(3, 3), padding="same"),
            add=Add(),
        ),
        edges=connected("x > conv1", "conv1 > dropout", "dropout > conv2", "conv2 > add", "x > add"),
        exposes=(
            Exposed(name="filters", places=(("conv1", "filters"), ("conv2", "filters"))),
            Exposed(name="rate", places=(("dropout", "rate"),)),
        ),
    )
    stage = Block(
        name="stage",
        nodes=of(x=BlockInput(), conv=Conv2D(filters=8, kernel_size=(1, 1)), unit=Instance(block="unit")),
        edges=connected("x > conv", "conv > unit.x"),
        exposes=(
            Exposed(name="filters", places=(("conv", "filters"), ("unit", "filters"))),
            Exposed(name="units", places=(("unit", "repeat"),)),
            Exposed(name="stride", places=(("conv", "strides"),)),
        ),
    )
    return Graph(
        nodes=of(
            image=Input(shape=(8, 8, 3)),
            stage1=Instance(block="stage"),
            stage2=Instance(block="stage", values={"filters": 12, "units": 2, "stride": (2, 2)}),
            refined=Instance(block="unit", values={"rate": 0.2, "filters": 12}, repeat=2),
            pool=GlobalAveragePooling2D(),
            label=Dense(units=3, activation="softmax"),
        ),
        edges=connected(
            "image > stage1.x", "stage1 > stage2.x", "stage2 > refined.x", "refined > pool", "pool > label"
        ),
        blocks=(unit, stage),
    )


def two_ways() -> Graph:
    """A block with two inputs and two outputs, one of which nothing else takes."""
    mixed = Block(
        name="mixed",
        nodes=of(a=BlockInput(), b=BlockInput(), both=Add(), left=Dense(units=4), right=Dense(units=2)),
        edges=connected("a > both", "b > both", "both > left", "both > right"),
    )
    return Graph(
        nodes=of(first=Input(shape=(4,)), second=Input(shape=(4,)), mixed=Instance(block="mixed"), end=Dense(units=1)),
        edges=connected("first > mixed.a", "second > mixed.b", "mixed > end"),
        blocks=(mixed,),
    )


def siamese() -> Graph:
    """Two inputs through the same layers, with the same weights."""
    nodes = of(
        left=Input(shape=(6,)),
        right=Input(shape=(6,)),
        embed=Dense(units=4, activation="relu"),
        norm=BatchNormalization(),
        embed_right=Dense(units=4, activation="relu"),
        norm_right=BatchNormalization(),
        joined=Concatenate(),
        same=Dense(units=1, activation="sigmoid"),
    )
    owners = {"embed_right": "embed", "norm_right": "norm"}
    return Graph(
        nodes=tuple(node.model_copy(update={"shares": owners.get(node.id)}) for node in nodes),
        edges=connected(
            "left > embed", "embed > norm", "right > embed_right", "embed_right > norm_right",
            "norm > joined", "norm_right > joined", "joined > same",
        ),
    )  # fmt: skip


def encoder_decoder() -> Graph:
    """States passed on, from an LSTM that reads to one that writes; two outputs of the network."""
    return Graph(
        nodes=of(
            source=Input(shape=(5, 3)),
            target=Input(shape=(4, 2)),
            encoder=LSTM(units=6, return_state=True),
            decoder=LSTM(units=6, return_sequences=True),
            word=Dense(units=2, activation="softmax"),
            length=Dense(units=1),
        ),
        edges=connected(
            "source > encoder", "target > decoder", "encoder[1] > decoder.initial_state",
            "encoder[2] > decoder.initial_state", "decoder > word", "encoder > length",
        ),
    )  # fmt: skip
