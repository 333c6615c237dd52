"""What a JPEG 2000 picture claims to be, told from its heads alone, before anything is decoded.

Source: ITU-T T.800, A (codestream) and I (file). A decoder's memory and time follow from the image
size and also from tiles, components, resolutions, precincts, code-blocks and quality layers: a few
bytes can claim millions of each. All of them are counted here from every head of the codestream.
Rare kinds of head (packed packet headers, changes of progression) are not known here: no portrait
needs them.
"""

import struct
from dataclasses import dataclass

SIGNATURE = b"\0\0\0\x0cjP  \r\n\x87\n"
SOC, IMAGE_SIZE, COD, COC, SOT, SOD, EOC = 0xFF4F, 0xFF51, 0xFF52, 0xFF53, 0xFF90, 0xFF93, 0xFFD9
HARMLESS = frozenset({0xFF50, 0xFF55, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF63, 0xFF64})
"""CAP, TLM, PLT, QCD, QCC, RGN, CRG, COM: they change nothing of the counts."""
MOST_BOXES = 64
MOST_HEADS = 4096
MOST_LEVELS = 32
WHOLE_PRECINCT = 15

_SIZE = struct.Struct(">HH8IH")
_NUMBER = struct.Struct(">H")


class Jpeg2000Error(ValueError):
    """No JPEG 2000 picture, or one whose heads break the standard; says where."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What decoding would have to hold: pixels, tiles, components, and the parts of them all.

    `blocks` counts code-blocks, `packets` precincts times quality layers; both are upper bounds.
    """

    width_px: int
    height_px: int
    tiles: int
    components: int
    blocks: int
    packets: int


@dataclass(frozen=True, slots=True)
class _Size:
    """The image, one whole tile, and how many of them."""

    width_px: int
    height_px: int
    tile_width_px: int
    tile_height_px: int
    tiles: int
    components: int


@dataclass(frozen=True, slots=True)
class _Style:
    """What COD or COC says: wavelet levels, code-block size, precinct sizes, quality layers."""

    levels: int
    block_area_px: int
    precincts: tuple[tuple[int, int], ...]
    layers: int


def claim(data: bytes) -> Claim:
    """Of a JP2 file or a bare codestream; time grows with the number of heads only.

    Raises Jpeg2000Error.
    """
    try:
        return _claim(data, _codestream_at(data))
    except (struct.error, IndexError) as error:
        raise Jpeg2000Error("a head is cut.") from error


def _codestream_at(data: bytes) -> int:
    """Where the codestream begins: at once, or in the first box jp2c."""
    if not data.startswith(SIGNATURE):
        return 0
    at = 0
    for _ in range(MOST_BOXES):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        if kind == b"jp2c":
            return at + head
        if not head <= length <= len(data) - at:
            raise Jpeg2000Error(f"a box of {length} bytes at {at}.")
        at += length
    raise Jpeg2000Error(f"no codestream in {MOST_BOXES} boxes.")


def _claim(data: bytes, at: int) -> Claim:
    start, kind, length = struct.unpack_from(">HHH", data, at)
    if (start, kind) != (SOC, IMAGE_SIZE):
        raise Jpeg2000Error(f"no codestream at {at}.")
    size = _size(data, at + 4, length)
    blocks = packets = layers = 0
    for style in _styles(data, at + 4 + length, size):
        layers = max(layers, style.layers)
        mine = _parts(size, style)
        blocks, packets = max(blocks, mine[0]), max(packets, mine[1])
    if not layers:
        raise Jpeg2000Error("no coding style.")
    return Claim(
        size.width_px, size.height_px, size.tiles, size.components, blocks, packets * layers
    )


def _size(data: bytes, at: int, length: int) -> _Size:
    _, _, right, below, left, above, tile_x, tile_y, tile_left, tile_above, components = (
        _SIZE.unpack_from(data, at)
    )
    if length != _SIZE.size + 3 * components or not 1 <= components <= 0x4000:
        raise Jpeg2000Error(f"a size of {length} bytes for {components} components.")
    if not (left < right and above < below and tile_x and tile_y):
        raise Jpeg2000Error("an empty picture.")
    if tile_left > left or tile_above > above:
        raise Jpeg2000Error("tiles begin behind the picture.")
    if not all(data[at + _SIZE.size + step] for step in _spacings(components)):
        raise Jpeg2000Error("a component without samples.")
    across = -(-(right - tile_left) // tile_x)
    down = -(-(below - tile_above) // tile_y)
    width, height = right - left, below - above
    return _Size(width, height, min(width, tile_x), min(height, tile_y), across * down, components)


def _spacings(components: int) -> list[int]:
    return [3 * number + side for number in range(components) for side in (1, 2)]


def _styles(data: bytes, at: int, size: _Size) -> list[_Style]:
    """Every coding style of the main head and of each tile-part's head."""
    found: list[_Style] = []
    at = _head(data, at, size, found, SOT)
    for _ in range(MOST_HEADS):
        if data[at : at + 2] != SOT.to_bytes(2):
            return found  # the end of the codestream, or what is left of a cut one
        (part,) = struct.unpack_from(">I", data, at + 6)
        _head(data, at + 12, size, found, SOD)
        if part == 0:
            return found
        if part < 14:
            raise Jpeg2000Error(f"a tile-part of {part} bytes at {at}.")
        at += part
    raise Jpeg2000Error(f"more than {MOST_HEADS} tile-parts.")


def _head(data: bytes, at: int, size: _Size, found: list[_Style], until: int) -> int:
    """Walk one head; gives where the marker `until` stands."""
    for _ in range(MOST_HEADS):
        (marker,) = _NUMBER.unpack_from(data, at)
        if marker == until:
            return at
        (length,) = _NUMBER.unpack_from(data, at + 2)
        if length < 2 or (marker not in HARMLESS and marker not in {COD, COC}):
            raise Jpeg2000Error(f"marker {marker:X} at {at}.")
        body = data[at + 4 : at + 2 + length]
        if marker == COD:
            found.append(_style(body[0], body[5:], _NUMBER.unpack_from(body, 2)[0]))
        elif marker == COC:
            skip = 1 if size.components < 257 else 2
            found.append(_style(body[skip], body[skip + 1 :], 1))
        at += 2 + length
    raise Jpeg2000Error("too long a head.")


def _style(flags: int, parameters: bytes, layers: int) -> _Style:
    levels, wide, high = parameters[0], parameters[1] & 0xF, parameters[2] & 0xF
    if levels > MOST_LEVELS or not layers:
        raise Jpeg2000Error(f"{levels} levels, {layers} layers.")
    precincts = ((WHOLE_PRECINCT, WHOLE_PRECINCT),) * (levels + 1)
    if flags & 1:
        sizes = parameters[5 : 6 + levels]
        precincts = tuple((one & 0xF, one >> 4) for one in sizes)
        if len(precincts) != levels + 1:
            raise Jpeg2000Error("precincts are cut.")
    return _Style(levels, 1 << (wide + high + 4), precincts, layers)


def _parts(size: _Size, style: _Style) -> tuple[int, int]:
    """Code-blocks and precincts of all tiles and components, at most.

    A code-block is never larger than its precinct, and in each direction one more may be cut.
    """
    blocks = precincts = 0
    for level, (wide, high) in enumerate(style.precincts):
        shift = style.levels - level
        across = ((size.tile_width_px >> shift) >> wide) + 2
        down = ((size.tile_height_px >> shift) >> high) + 2
        precincts += across * down
        area = min(style.block_area_px, 1 << max(0, wide + high - 2))
        pixels = ((size.tile_width_px >> shift) + 1) * ((size.tile_height_px >> shift) + 1)
        blocks += pixels // area + 4 * across * down
    times = size.tiles * size.components
    return blocks * times, precincts * times
