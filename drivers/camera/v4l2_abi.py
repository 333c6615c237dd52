"""What Video4Linux's ioctl calls take, as linux/videodev2.h lays it out; no call is made here.

tests/unit/drivers/test_v4l2_abi.py compares every number with the kernel's own header.
"""

import ctypes
import struct
from typing import Any, Final

CAPTURE, CAPTURE_MPLANE, META_CAPTURE, STREAMING = 0x1, 0x1000, 0x00800000, 0x04000000
DEVICE_CAPS: Final = 0x80000000
BUF_TYPE_CAPTURE: Final = 1
MEMORY_MMAP: Final = 1
TIMEPERFRAME: Final = 0x1000
DISCRETE: Final = 1
BUF_FLAG_ERROR, TIMESTAMP_MASK, TIMESTAMP_MONOTONIC = 0x40, 0xE000, 0x2000
CTRL_FLAG_DISABLED, CTRL_FLAG_READ_ONLY = 0x1, 0x4

CID_AUTO_WHITE_BALANCE: Final = 0x0098090C
CID_GAIN: Final = 0x00980913
CID_POWER_LINE_FREQUENCY: Final = 0x00980918
CID_WHITE_BALANCE_TEMPERATURE: Final = 0x0098091A
CID_EXPOSURE_AUTO: Final = 0x009A0901
CID_EXPOSURE_ABSOLUTE: Final = 0x009A0902
CID_FOCUS_ABSOLUTE: Final = 0x009A090A
CID_FOCUS_AUTO: Final = 0x009A090C
EXPOSURE_MANUAL, EXPOSURE_APERTURE_PRIORITY = 1, 3
POWER_LINE: Final = {"off": 0, "50": 1, "60": 2, "auto": 3}


def fourcc(word: str) -> int:
    """The number of a pixel format of four letters."""
    return int.from_bytes(word.encode("ascii"), "little")


def letters(number: int) -> str:
    """Back to four letters; what is none reads as `?`."""
    return "".join(chr(one) if 32 <= one < 127 else "?" for one in struct.pack("<I", number))


MJPG, JPEG, YUYV = fourcc("MJPG"), fourcc("JPEG"), fourcc("YUYV")


_U32, _I32, _U8, _CHAR = ctypes.c_uint32, ctypes.c_int32, ctypes.c_uint8, ctypes.c_char
_Struct = type[ctypes.Structure]
_Fields = dict[str, type[Any]]


def _structure(name: str, fields: _Fields) -> _Struct:
    return type(name, (ctypes.Structure,), {"_fields_": list(fields.items())})


def _union(name: str, fields: _Fields) -> type[ctypes.Union]:
    return type(name, (ctypes.Union,), {"_fields_": list(fields.items())})


def _words(*names: str) -> _Fields:
    return dict.fromkeys(names, _U32)


Capability = _structure(
    "v4l2_capability",
    {
        "driver": _CHAR * 16,
        "card": _CHAR * 32,
        "bus_info": _CHAR * 32,
        **_words("version", "capabilities", "device_caps"),
        "reserved": _U32 * 3,
    },
)
Fmtdesc = _structure(
    "v4l2_fmtdesc",
    {
        **_words("index", "type", "flags"),
        "description": _CHAR * 32,
        **_words("pixelformat", "mbus_code"),
        "reserved": _U32 * 3,
    },
)
Frmsizeenum = _structure(
    "v4l2_frmsizeenum",
    {**_words("index", "pixel_format", "type"), "sizes": _U32 * 6, "reserved": _U32 * 2},
)
"""`sizes` is width, height, or the six numbers of a stepwise range."""
Frmivalenum = _structure(
    "v4l2_frmivalenum",
    {
        **_words("index", "pixel_format", "width", "height", "type"),
        "fractions": _U32 * 6,
        "reserved": _U32 * 2,
    },
)
"""`fractions` is one interval, or the three of a stepwise range."""
PixFormat = _structure(
    "v4l2_pix_format",
    _words(
        *("width", "height", "pixelformat", "field", "bytesperline", "sizeimage"),
        *("colorspace", "priv", "flags", "ycbcr_enc", "quantization", "xfer_func"),
    ),
)
# other members of the kernel's union hold pointers, which align it
_FormatUnion = _union("fmt", {"pix": PixFormat, "raw": _U8 * 200, "aligned": ctypes.c_void_p})
Format = _structure("v4l2_format", {"type": _U32, "fmt": _FormatUnion})
Streamparm = _structure(
    "v4l2_streamparm",
    {
        **_words("type", "capability", "capturemode", "numerator", "denominator"),
        "rest": _U8 * 184,
    },
)
Requestbuffers = _structure(
    "v4l2_requestbuffers",
    {**_words("count", "type", "memory", "capabilities"), "flags": _U8, "reserved": _U8 * 3},
)
Buffer = _structure(
    "v4l2_buffer",
    {
        **_words("index", "type", "bytesused", "flags", "field"),
        "seconds": ctypes.c_long,
        "microseconds": ctypes.c_long,
        "timecode": _U32 * 4,
        **_words("sequence", "memory"),
        "place": _union("m", {"offset": _U32, "userptr": ctypes.c_ulong}),
        **_words("length", "reserved2"),
        "request_fd": _I32,
    },
)
Queryctrl = _structure(
    "v4l2_queryctrl",
    {
        **_words("id", "type"),
        "name": _CHAR * 32,
        **dict.fromkeys(("minimum", "maximum", "step", "default_value"), _I32),
        "flags": _U32,
        "reserved": _U32 * 2,
    },
)
Control = _structure("v4l2_control", {"id": _U32, "value": _I32})


def _code(direction: int, number: int, kind: _Struct | type[ctypes.c_int]) -> int:
    """_IOC of asm-generic/ioctl.h for the letter V; direction 1 writes, 2 reads, 3 both."""
    return direction << 30 | ctypes.sizeof(kind) << 16 | ord("V") << 8 | number


QUERYCAP: Final = _code(2, 0, Capability)
ENUM_FMT: Final = _code(3, 2, Fmtdesc)
S_FMT: Final = _code(3, 5, Format)
REQBUFS: Final = _code(3, 8, Requestbuffers)
QUERYBUF: Final = _code(3, 9, Buffer)
QBUF: Final = _code(3, 15, Buffer)
DQBUF: Final = _code(3, 17, Buffer)
STREAMON: Final = _code(1, 18, ctypes.c_int)
STREAMOFF: Final = _code(1, 19, ctypes.c_int)
S_PARM: Final = _code(3, 22, Streamparm)
G_CTRL: Final = _code(3, 27, Control)
S_CTRL: Final = _code(3, 28, Control)
QUERYCTRL: Final = _code(3, 36, Queryctrl)
ENUM_FRAMESIZES: Final = _code(3, 74, Frmsizeenum)
ENUM_FRAMEINTERVALS: Final = _code(3, 75, Frmivalenum)
