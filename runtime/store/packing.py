"""A network as it is kept: whole, or as what differs from one that is kept whole."""

from __future__ import annotations

import json
import zlib

from builder.graph import MAX_DOCUMENT_BYTES, DocumentError

CUT = b"},{"  # between two nodes, or two edges
WORTH = 8  # a difference takes at most an eighth of the whole; a larger one is not worth the second look-up
DAMAGED = "The database holds a damaged network here."


def packed(text: bytes) -> bytes:
    """A document kept whole, about a twentieth of its size: the same keys stand in it again and again."""
    return zlib.compress(text, level=6)


def unpacked(blob: bytes, most: int = MAX_DOCUMENT_BYTES) -> bytes:
    """What was packed.

    Raises:
        DocumentError: it is damaged, or longer than `most` bytes.
    """
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(blob, most + 1)
    except zlib.error:
        raise DocumentError(DAMAGED) from None
    if len(text) > most or not reader.eof:
        raise DocumentError(DAMAGED)
    return text


class Base:
    """A document that is kept whole, cut into pieces from which others are put together."""

    def __init__(self, blob: bytes) -> None:
        self._most = len(blob) // WORTH
        self._pieces = unpacked(blob).split(CUT)
        self._places = {piece: place for place, piece in enumerate(self._pieces)}

    def difference(self, text: bytes) -> bytes | None:
        """A document told from this one: runs of its pieces, and the pieces that are new. None: better kept whole."""
        parts: list[list[int] | str] = []
        follows = -1  # the piece of this document that continues the run
        for piece in text.split(CUT):
            if 0 <= follows < len(self._pieces) and self._pieces[follows] == piece and isinstance(parts[-1], list):
                parts[-1][1] += 1
                follows += 1
            elif (place := self._places.get(piece)) is not None:
                parts.append([place, 1])
                follows = place + 1
            else:
                parts.append(piece.decode())
                follows = -1
        blob = packed(json.dumps(parts, separators=(",", ":"), ensure_ascii=False).encode())
        return blob if len(blob) <= self._most else None

    def restored(self, blob: bytes) -> bytes:
        """The document of which `difference` was told, to the byte.

        Raises:
            DocumentError: the difference is damaged.
        """
        pieces: list[bytes] = []
        try:
            for part in json.loads(unpacked(blob, 2 * MAX_DOCUMENT_BYTES)):
                if isinstance(part, str):
                    pieces.append(part.encode())
                else:
                    start, count = part
                    pieces += self._pieces[start : start + count]
        except (ValueError, TypeError):
            raise DocumentError(DAMAGED) from None
        return CUT.join(pieces)
