"""The numbers of our V4L2 calls beside those of the kernel's own header, through the C compiler."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

from drivers.camera import v4l2_abi as abi

CAPTURED = "parm.capture"  # codespell:ignore parm
HEADER = Path("/usr/include/linux/videodev2.h")
STRUCTS = {
    "v4l2_capability": (abi.Capability, {"device_caps": "device_caps"}),
    "v4l2_fmtdesc": (abi.Fmtdesc, {"pixelformat": "pixelformat"}),
    "v4l2_frmsizeenum": (abi.Frmsizeenum, {"sizes": "discrete", "reserved": "reserved"}),
    "v4l2_frmivalenum": (abi.Frmivalenum, {"fractions": "discrete", "type": "type"}),
    "v4l2_pix_format": (abi.PixFormat, {"sizeimage": "sizeimage", "xfer_func": "xfer_func"}),
    "v4l2_format": (abi.Format, {"fmt": "fmt"}),
    "v4l2_streamparm": (
        abi.Streamparm,
        {
            "capability": f"{CAPTURED}.capability",
            "numerator": f"{CAPTURED}.timeperframe.numerator",
            "denominator": f"{CAPTURED}.timeperframe.denominator",
        },
    ),
    "v4l2_requestbuffers": (abi.Requestbuffers, {"memory": "memory", "flags": "flags"}),
    "v4l2_buffer": (
        abi.Buffer,
        {
            "bytesused": "bytesused",
            "flags": "flags",
            "seconds": "timestamp.tv_sec",
            "microseconds": "timestamp.tv_usec",
            "sequence": "sequence",
            "place": "m",
            "length": "length",
        },
    ),
    "v4l2_queryctrl": (abi.Queryctrl, {"minimum": "minimum", "flags": "flags"}),
    "v4l2_control": (abi.Control, {"value": "value"}),
}
CODES = (
    *("QUERYCAP", "ENUM_FMT", "S_FMT", "REQBUFS", "QUERYBUF", "QBUF", "DQBUF", "STREAMON"),
    *("STREAMOFF", "S_PARM", "G_CTRL", "S_CTRL", "QUERYCTRL", "ENUM_FRAMESIZES"),
    "ENUM_FRAMEINTERVALS",
)
CONSTANTS = {
    "V4L2_CAP_VIDEO_CAPTURE": abi.CAPTURE,
    "V4L2_CAP_VIDEO_CAPTURE_MPLANE": abi.CAPTURE_MPLANE,
    "V4L2_CAP_META_CAPTURE": abi.META_CAPTURE,
    "V4L2_CAP_STREAMING": abi.STREAMING,
    "V4L2_CAP_DEVICE_CAPS": abi.DEVICE_CAPS,
    "V4L2_BUF_TYPE_VIDEO_CAPTURE": abi.BUF_TYPE_CAPTURE,
    "V4L2_MEMORY_MMAP": abi.MEMORY_MMAP,
    "V4L2_CAP_TIMEPERFRAME": abi.TIMEPERFRAME,
    "V4L2_FRMSIZE_TYPE_DISCRETE": abi.DISCRETE,
    "V4L2_FRMIVAL_TYPE_DISCRETE": abi.DISCRETE,
    "V4L2_BUF_FLAG_ERROR": abi.BUF_FLAG_ERROR,
    "V4L2_BUF_FLAG_TIMESTAMP_MASK": abi.TIMESTAMP_MASK,
    "V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC": abi.TIMESTAMP_MONOTONIC,
    "V4L2_CTRL_FLAG_DISABLED": abi.CTRL_FLAG_DISABLED,
    "V4L2_CTRL_FLAG_READ_ONLY": abi.CTRL_FLAG_READ_ONLY,
    "V4L2_CID_AUTO_WHITE_BALANCE": abi.CID_AUTO_WHITE_BALANCE,
    "V4L2_CID_GAIN": abi.CID_GAIN,
    "V4L2_CID_POWER_LINE_FREQUENCY": abi.CID_POWER_LINE_FREQUENCY,
    "V4L2_CID_WHITE_BALANCE_TEMPERATURE": abi.CID_WHITE_BALANCE_TEMPERATURE,
    "V4L2_CID_EXPOSURE_AUTO": abi.CID_EXPOSURE_AUTO,
    "V4L2_CID_EXPOSURE_ABSOLUTE": abi.CID_EXPOSURE_ABSOLUTE,
    "V4L2_CID_FOCUS_ABSOLUTE": abi.CID_FOCUS_ABSOLUTE,
    "V4L2_CID_FOCUS_AUTO": abi.CID_FOCUS_AUTO,
    "V4L2_EXPOSURE_MANUAL": abi.EXPOSURE_MANUAL,
    "V4L2_EXPOSURE_APERTURE_PRIORITY": abi.EXPOSURE_APERTURE_PRIORITY,
    "V4L2_CID_POWER_LINE_FREQUENCY_50HZ": abi.POWER_LINE["50"],
    "V4L2_CID_POWER_LINE_FREQUENCY_60HZ": abi.POWER_LINE["60"],
    "V4L2_CID_POWER_LINE_FREQUENCY_AUTO": abi.POWER_LINE["auto"],
    "V4L2_CID_POWER_LINE_FREQUENCY_DISABLED": abi.POWER_LINE["off"],
    "V4L2_PIX_FMT_MJPEG": abi.MJPG,
    "V4L2_PIX_FMT_JPEG": abi.JPEG,
    "V4L2_PIX_FMT_YUYV": abi.YUYV,
}


def _wanted() -> dict[str, int]:
    wanted = {f"VIDIOC_{code}": getattr(abi, code) for code in CODES} | CONSTANTS
    for name, (kind, fields) in STRUCTS.items():
        wanted[f"sizeof(struct {name})"] = ctypes.sizeof(kind)
        for ours, theirs in fields.items():
            wanted[f"offsetof(struct {name}, {theirs})"] = getattr(kind, ours).offset
    return wanted


def test_every_number_is_the_kernels(tmp_path):
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not HEADER.is_file():
        pytest.skip("no C compiler, or no header of the kernel, on this system")
    wanted = _wanted()
    lines = [f'printf("%lu\\n", (unsigned long)({name}));' for name in wanted]
    source = tmp_path / "abi.c"
    head = "#include <stddef.h>\n#include <stdio.h>\n#include <sys/time.h>\n"
    body = "\n".join(lines)
    source.write_text(
        f"{head}#include <linux/videodev2.h>\nint main(void) {{\n{body}\nreturn 0; }}\n",
        encoding="ascii",
    )
    program = tmp_path / "abi"
    subprocess.run([compiler, str(source), "-o", str(program)], check=True)
    told = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.split()
    found = dict(zip(wanted, map(int, told), strict=True))
    assert found == wanted


def test_four_letters_make_a_format_and_back():
    assert abi.letters(abi.fourcc("YUYV")) == "YUYV"
    assert abi.letters(0xFF000041) == "A???"
