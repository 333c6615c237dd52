"""The little of DER (ITU-T X.690) that a minutiae record needs: tagged integers and sequences."""

APPLICATION, CONTEXT = 0x40, 0x80
CONSTRUCTED = 0x20
SEQUENCE = 0x30
HIGHEST_SHORT_TAG = 30


def integer(number: int, value: int) -> bytes:
    """[number] IMPLICIT INTEGER or ENUMERATED, from 0 up."""
    if value < 0:
        raise ValueError("only from 0 up.")
    return _whole(CONTEXT | _short(number), value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(number: int, *parts: bytes) -> bytes:
    """[number] IMPLICIT SEQUENCE (OF), or [number] EXPLICIT around one part."""
    return _whole(CONTEXT | CONSTRUCTED | _short(number), b"".join(parts))


def element(*parts: bytes) -> bytes:
    """A plain SEQUENCE: one of a SEQUENCE OF."""
    return _whole(SEQUENCE, b"".join(parts))


def application(number: int, *parts: bytes) -> bytes:
    """[APPLICATION number] IMPLICIT SEQUENCE."""
    return _whole(APPLICATION | CONSTRUCTED | _short(number), b"".join(parts))


def _short(number: int) -> int:
    if not 0 <= number <= HIGHEST_SHORT_TAG:
        raise ValueError(f"tag {number} is not 0 to {HIGHEST_SHORT_TAG}.")
    return number


def _whole(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
