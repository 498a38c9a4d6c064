"""How a network is kept."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.graph import DocumentError, Graph, Node
from builder.layers import example
from runtime.store.packing import CUT, Base, packed, unpacked

PIECES = st.lists(st.sampled_from([b"a", b"b", b"c" * 50, "ö}".encode(), b"", b"{", b'"']), max_size=40).map(CUT.join)


@given(PIECES, PIECES)
def test_a_difference_is_restored_to_the_byte(base, text):
    kept = Base(packed(base))
    kept._most = 10**6  # worth it, however large
    assert kept.restored(kept.difference(text)) == text


def test_one_change_in_a_large_network_takes_few_bytes():
    nodes = tuple(Node(id=f"dense_{number}", layer=example("Dense"), x=number * 7 % 1000) for number in range(500))
    whole = packed(Graph(nodes=nodes).model_dump_json().encode())
    moved = Graph(nodes=(*nodes[:250], nodes[250].model_copy(update={"x": -5.0}), *nodes[251:]))
    difference = Base(whole).difference(moved.model_dump_json().encode())
    assert difference is not None
    assert len(difference) < 300


def test_what_has_little_in_common_is_kept_whole():
    assert Base(packed(b"abc" * 100)).difference(json.dumps(list(range(1000))).encode()) is None


@pytest.mark.parametrize("blob", [b"", b"nonsense", packed(b"x" * 100)[:-3], packed(b"x" * 6_000_000)])
def test_damage_is_told(blob):
    with pytest.raises(DocumentError, match="damaged"):
        unpacked(blob)


@pytest.mark.parametrize("blob", [packed(b"nonsense"), packed(b"[3]"), packed(b'[["a", "b"]]'), packed(b"\xff")])
def test_a_damaged_difference_is_told(blob):
    with pytest.raises(DocumentError, match="damaged"):
        Base(packed(b"a")).restored(blob)
