"""Files of maps: what is written is read again, in bounds, and nothing else is."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest

from runtime.maps import (
    MAX_FILE,
    MOST_CHANNELS,
    MOST_MAPS,
    MOST_NUMBERS,
    MOST_SIDE,
    Maps,
    MapsError,
    kernel,
    of_node,
    pack,
    read_maps,
    save,
)


def ones(*shape):
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


def test_maps_come_back(tmp_path):
    file = tmp_path / "00001-000.npz"
    save(file, pack({"conv": ones(3, 3, 1, 4)}, {"conv": ones(8, 8, 4), "dense": ones(10)}))
    conv, dense = read_maps(file, "conv"), read_maps(file, "dense")
    assert np.array_equal(conv.kernels, ones(3, 3, 1, 4))
    assert np.array_equal(conv.features, ones(8, 8, 4))
    assert (conv.kernels_of, conv.features_of) == ((3, 3, 1, 4), (8, 8, 4))
    assert dense.kernels is None
    assert dense.features.shape == dense.features_of == (10,)
    assert conv.features.dtype == conv.kernels.dtype == np.float32
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_node_that_is_not_there_is_empty(tmp_path):
    file = tmp_path / "00001-000.npz"
    save(file, pack({}, {"conv": ones(2)}))
    assert read_maps(file, "other") == Maps()
    assert read_maps(file, "con") == Maps()
    assert of_node(file, "../conv") == {}


@pytest.mark.parametrize(
    ("shape", "kept"),
    [
        ((300, 200, 100), (MOST_SIDE, MOST_SIDE, MOST_MAPS)),
        ((9_000, 100), (MOST_NUMBERS, MOST_MAPS)),
        ((9_000,), (MOST_NUMBERS,)),
        ((), (1,)),
        ((5, 6, 7, 8), (30, 7, 8)),
        ((1, 6, 7, 8), (6, 7, 8)),
        ((2, 3, 4, 5, 6), (24, 5, 6)),
    ],
)
def test_large_maps_are_kept_in_part(shape, kept):
    packed = pack({}, {"node": ones(*shape)})
    assert packed["node/features"].shape == kept
    assert tuple(packed["node/features_of"]) == shape


def test_large_kernels_are_kept_in_part():
    packed = pack({"node": ones(3, 3, 40, 100)}, {})
    assert packed["node/kernels"].shape == (3, 3, MOST_CHANNELS, MOST_MAPS)
    assert tuple(packed["node/kernels_of"]) == (3, 3, 40, 100)


def test_kernels_have_four_axes():
    assert kernel(ones(3, 3, 1, 4)).shape == (3, 3, 1, 4)
    assert kernel(ones(5, 2, 6)).shape == (1, 5, 2, 6)
    assert kernel(ones(3, 3, 3, 1, 4)) is None
    assert kernel(ones(4, 4)) is None


def test_what_is_no_file_of_maps_is_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    with pytest.raises(MapsError, match="holds no maps"):
        read_maps(file, "node")
    for junk in (b"", b"junk", b"PK\x03\x04" + bytes(100)):
        file.write_bytes(junk)
        with pytest.raises(MapsError, match="holds no maps"):
            read_maps(file, "node")


def test_half_a_file_is_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    save(file, pack({}, {"node": ones(1000)}))
    file.write_bytes(file.read_bytes()[:2000])
    with pytest.raises(MapsError):
        read_maps(file, "node")


def test_damaged_bytes_are_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    save(file, pack({}, {"node": ones(1000)}))
    data = bytearray(file.read_bytes())
    data[1000] ^= 0xFF
    file.write_bytes(data)
    with pytest.raises(MapsError):
        read_maps(file, "node")


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a file of maps was unpickled",))


def test_pickles_inside_are_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    np.savez(file, **{"node/features": np.array([Bomb()], dtype=object)})
    with pytest.raises(MapsError, match="allow_pickle"):
        read_maps(file, "node")


def test_a_file_that_unpacks_to_too_much_is_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("node/features.npy", "w") as member:
        for _ in range(MAX_FILE // 10_000_000 + 1):
            member.write(bytes(10_000_000))
    assert file.stat().st_size < 1_000_000
    with pytest.raises(MapsError, match="more than 200 MB"):
        read_maps(file, "node")


def test_a_header_that_promises_too_much_is_refused(tmp_path):
    """A tiny member whose header claims terabytes must not make numpy reserve them."""
    file = tmp_path / "00001-000.npz"
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (10**12,)})
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("node/features.npy", header.getvalue())
    with pytest.raises(MapsError):
        read_maps(file, "node")


def test_words_instead_of_numbers_are_refused(tmp_path):
    file = tmp_path / "00001-000.npz"
    np.savez(file, **{"node/features": np.array(["a", "b"])})
    with pytest.raises(MapsError):
        read_maps(file, "node")
