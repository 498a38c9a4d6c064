"""The picture of a network: what is drawn, and that both of its files show it."""

import re
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from PIL import Image

from builder.graph import Edge, Graph, Node
from builder.layers import example, family_labels
from builder.program import Facts
from builder.zoo import TEMPLATES
from runtime.exports.drawing import BOX_HEIGHT, COLOURS, Connection, Drawing, Rectangle, Text, clipped, drawing
from runtime.exports.png import LONGEST, MOST_PIXELS, png, points
from runtime.exports.svg import svg
from tests.builder.networks import graphs

FAMILIES = Path(__file__).parents[3] / "assets" / "canvas" / "src" / "families.ts"
SVG = "{http://www.w3.org/2000/svg}"


def chain(x=0.0, y=130.0):
    dense = [Node(id=name, layer=example("Dense"), x=x * i, y=y * i) for i, name in enumerate(("one", "two", "three"))]
    return Graph(nodes=tuple(dense), edges=(Edge(source="one", target="two"), Edge(source="two", target="three")))


def texts(drawn):
    return [shape.text for shape in drawn.shapes if isinstance(shape, Text)]


def test_families_have_the_colours_of_the_canvas():
    told = re.findall(r'^  (\w+): \{ colour: "(#\w+)"', FAMILIES.read_text(), flags=re.M)
    assert dict(told) == COLOURS
    assert set(COLOURS) == {*family_labels(), "blocks"}
    assert len({*COLOURS.values()}) == len(COLOURS)


def test_nodes_lie_as_on_the_canvas():
    drawn = drawing(chain(x=300, y=150), {})
    boxes = [shape for shape in drawn.shapes if isinstance(shape, Rectangle) and shape.fill in COLOURS.values()]
    assert [(box.x - boxes[0].x, box.y - boxes[0].y) for box in boxes] == [(0, 0), (300, 150), (600, 300)]
    lines = [shape for shape in drawn.shapes if isinstance(shape, Connection)]
    assert [(line.to_x - line.x, line.y - box.y) for line, box in zip(lines, boxes, strict=False)] == [
        (300, BOX_HEIGHT),
        (300, BOX_HEIGHT),
    ]
    assert drawn.width > 600
    assert drawn.height > 300


def test_nodes_that_cover_each_other_are_laid_out_anew():
    drawn = drawing(chain(y=0), {})
    boxes = [shape for shape in drawn.shapes if isinstance(shape, Rectangle) and shape.fill in COLOURS.values()]
    assert boxes[0].y + BOX_HEIGHT < boxes[1].y
    assert boxes[1].y + BOX_HEIGHT < boxes[2].y


def test_a_cycle_is_drawn_side_by_side():
    graph = chain(y=0)
    cycle = Graph(nodes=graph.nodes, edges=(*graph.edges, Edge(source="three", target="one")))
    boxes = [s for s in drawing(cycle, {}).shapes if isinstance(s, Rectangle) and s.fill in COLOURS.values()]
    assert len({box.x for box in boxes}) == 3


def test_what_keras_says_stands_in_the_box():
    drawn = drawing(chain(), {"one": Facts(shapes=((None, 7, None),), parameters=12345)})
    assert {"one", "two", "three", "Dense", "7 x ?", "12,345"} <= set(texts(drawn))


def test_blocks_are_drawn_beside_the_network():
    graph = TEMPLATES["resnet50"].make()
    found = texts(drawing(graph, {}))
    assert {f"Block {block.name}" for block in graph.blocks} <= set(found)


@pytest.mark.parametrize(
    ("text", "shown"), [("short", "short"), ("a" * 50, "aaaaaaaa.."), ("", ""), ("a\x00\nb", "a??b")]
)
def test_a_long_name_is_cut(text, shown):
    assert clipped(text, 63, 12) == shown


@given(graphs)
@settings(max_examples=25)
def test_any_document_can_be_drawn(graph):
    drawn = drawing(graph, {})
    ElementTree.fromstring(svg(drawn))


def test_names_are_escaped_in_svg():
    drawn = Drawing(100, 50, (Text(1, 2, '<script>alert("&")</script>', 12), Connection(0, 0, 5, 5)))
    root = ElementTree.fromstring(svg(drawn))
    assert [element.text for element in root.iter(f"{SVG}text")] == ['<script>alert("&")</script>']
    assert not list(root.iter(f"{SVG}script"))
    assert len(list(root.iter(f"{SVG}path"))) == 1


def test_a_png_shows_the_boxes_in_their_colours():
    drawn = drawing(chain(), {})
    image = Image.open(BytesIO(png(drawn)))
    assert image.size == (int(drawn.width * 2), int(drawn.height * 2))
    box = next(shape for shape in drawn.shapes if isinstance(shape, Rectangle))
    assert "#{:02X}{:02X}{:02X}".format(*image.getpixel((int(box.x * 2 + 4), int(box.y * 2 + 84)))) == COLOURS["core"]


@pytest.mark.parametrize("size", [(10.0, 90_000.0), (20_000.0, 20_000.0), (0.5, 0.5)])
def test_a_png_is_never_too_large(size):
    image = Image.open(BytesIO(png(Drawing(*size, ()))))
    assert max(image.size) <= LONGEST
    assert image.size[0] * image.size[1] <= MOST_PIXELS


def test_a_curve_goes_from_end_to_end():
    found = points(Connection(0, 10, 200, 110))
    assert (found[0], found[-1]) == ((0, 10), (200, 110))
    assert found[len(found) // 2] == pytest.approx((100, 60))
