"""The shipped module driver with a simulated module: speeds, passwords, damage, the plug."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from drivers import registry
from drivers.deadline import Deadline
from drivers.errors import (
    CancelledError,
    DeviceError,
    DeviceGoneError,
    DeviceTimeoutError,
    DeviceUrlError,
    ProtocolError,
)
from drivers.fingerprint.simulated import leave_stage
from drivers.fingerprint.simulated_zfm import SHAPE, SimulatedZfm
from drivers.fingerprint.simulated_zfm_peer import ZfmPeer
from drivers.fingerprint.zfm import Zfm, open_zfm
from drivers.fingerprint.zfm_errors import (
    DamagedPacketError,
    IllegibleLineError,
    ModuleAddressError,
    ModuleFailedError,
    ModulePasswordError,
    ModuleSilentError,
)
from drivers.stage import send_cue
from drivers.transport.serial_port import SerialPort
from drivers.url import DeviceUrl

FINGER = np.random.default_rng(1).integers(0, 16, SHAPE, np.uint8) * 17


class Post:
    """One module on its stage, and the scanners that were opened on it."""

    def __init__(self, stage: Path) -> None:
        self.stage = stage
        self.peer: ZfmPeer | None = None
        self.scanners: list[Zfm] = []

    def module(self, **values: object) -> SimulatedZfm:
        self.peer = ZfmPeer(self.stage, module=SimulatedZfm(**values))
        return self.peer.module

    def open(self, query: str = "") -> Zfm:
        assert self.peer is not None
        url = DeviceUrl.parse("finger", f"serial://{self.peer.tty}?model=zfm{query}")
        self.scanners.append(open_zfm(url, SerialPort.open))
        return self.scanners[-1]

    def cue(self, **what: object) -> None:
        """It acts before the peer hears what the scanner says next."""
        assert send_cue(self.stage, **what)

    def replug(self) -> None:
        """The port is there again when this returns."""
        assert self.peer is not None
        before = self.peer.plugs
        self.cue(replug=True)
        while self.peer.plugs == before:
            threading.Event().wait(0.01)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    found = Post(tmp_path / "finger")
    yield found
    for scanner in found.scanners:
        scanner.close()
    if found.peer is not None:
        found.peer.leave()
    assert not list(tmp_path.iterdir()), "the peer left its socket or its link behind"


def soon(limit_s: float = 8.0) -> Deadline:
    return Deadline.after("finger", limit_s)


@pytest.mark.parametrize("packet_code", [0, 1, 2, 3])
def test_gives_the_finger_that_lies_there_in_packets_of_any_size(
    post: Post, packet_code: int
) -> None:
    post.module(packet_code=packet_code).place(FINGER)
    picture = post.open().capture(soon())
    assert np.array_equal(picture.pixels, FINGER)
    assert (picture.ppi, picture.pixels.flags.c_contiguous) == (500, True)


def test_a_module_that_is_built_in_upside_down(post: Post) -> None:
    post.module().place(FINGER)
    picture = post.open("&turned=yes").capture(soon())
    assert np.array_equal(picture.pixels, FINGER[::-1, ::-1])
    assert picture.pixels.flags.c_contiguous


def test_waits_for_the_finger_and_for_its_lift(post: Post) -> None:
    module = post.module()
    scanner = post.open()
    with pytest.raises(DeviceTimeoutError):
        scanner.capture(soon(0.3))
    threading.Timer(0.3, module.place, [FINGER]).start()
    begin_s = time.monotonic()
    scanner.capture(soon())
    assert time.monotonic() - begin_s > 0.25
    with pytest.raises(DeviceTimeoutError):
        scanner.wait_for_lift(soon(0.3))
    threading.Timer(0.3, module.place, [None]).start()
    scanner.wait_for_lift(soon())


def test_speed_is_raised_while_it_is_open_and_put_back(post: Post) -> None:
    module = post.module()
    scanner = post.open()
    assert module.baud == 115_200
    assert scanner.info.firmware == "system 0009"
    scanner.close()
    scanner.close()
    assert module.baud == 57_600


@pytest.mark.parametrize(
    ("query", "raised"), [("&fast=57600", 57_600), ("&fast=9600", 57_600), ("&fast=921600", 57_600)]
)
def test_speed_stays_where_the_url_or_the_module_forbids_more(
    post: Post, query: str, raised: int
) -> None:
    """The simulated module takes no more than the manuals' 115200."""
    module = post.module()
    module.place(FINGER)
    assert post.open(query).capture(soon()).pixels.shape == SHAPE
    assert module.baud == raised


def test_a_module_that_confirms_its_speed_at_the_new_one(post: Post) -> None:
    module = post.module(confirms_late=True)
    module.place(FINGER)
    scanner = post.open()
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)
    assert module.baud == 115_200
    scanner.close()
    assert module.baud == 57_600


def test_a_module_that_a_power_cut_left_raised_is_found_and_put_back(post: Post) -> None:
    module = post.module(baud=115_200)
    post.open().close()
    assert module.baud == 57_600


@pytest.mark.parametrize("baud", [9600, 57_600, 115_200, 921_600])
def test_it_says_how_long_a_picture_may_take_at_its_speed(post: Post, baud: int) -> None:
    """Start bit, eight bits and stop bit for each byte, and heads of packets of any size."""
    post.module(baud=baud, fastest_baud=baud, packet_code=0)
    allowed_s = post.open(f"&baud={baud}&fast={baud}").transfer_limit_s
    on_line_s = 36_864 * (32 + 11) / 32 * 10 / baud
    assert 1.3 * on_line_s < allowed_s < 2 * on_line_s + 1.5


def test_a_module_that_cannot_say_its_parameters(post: Post) -> None:
    post.module(mute=frozenset({0x0F})).place(FINGER)
    scanner = post.open("&fast=57600")
    assert scanner.info.firmware == ""
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)


@pytest.mark.slow
@pytest.mark.parametrize("left_at", [9600, 19_200, 115_200, 460_800, 921_600])
def test_a_module_at_another_speed_is_found_and_brought_to_those_of_the_url(
    post: Post, left_at: int
) -> None:
    """Another program, an earlier URL or a power cut left it there."""
    module = post.module(baud=left_at, fastest_baud=921_600)
    module.place(FINGER)
    scanner = post.open("&baud=38400&fast=57600")
    assert module.baud == 57_600
    assert np.array_equal(scanner.capture(soon(20.0)).pixels, FINGER)
    scanner.close()
    assert module.baud == 38_400


@pytest.mark.slow
def test_a_module_that_takes_no_other_speed_works_where_it_is(post: Post) -> None:
    module = post.module(baud=19_200, mute=frozenset({0x0E}))
    module.place(FINGER)
    scanner = post.open()
    assert np.array_equal(scanner.capture(soon(30.0)).pixels, FINGER)
    scanner.close()
    assert module.baud == 19_200


def test_speed_is_raised_as_far_as_the_url_says_and_the_module_can(post: Post) -> None:
    module = post.module(fastest_baud=921_600)
    module.place(FINGER)
    scanner = post.open("&fast=921600")
    assert module.baud == 921_600
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)
    scanner.close()
    assert module.baud == 57_600


@pytest.mark.slow
def test_nobody_there(post: Post) -> None:
    post.module(mute=frozenset(range(256)))
    with pytest.raises(ModuleSilentError, match="no module answers at 57600") as caught:
        post.open()
    assert "TXD" in caught.value.mend


@pytest.mark.slow
def test_something_else_that_talks(post: Post) -> None:
    post.module(mute=frozenset(range(256)))
    post.cue(babble=True)
    begin_s = time.monotonic()
    with pytest.raises(IllegibleLineError, match="bytes came and no answer"):
        post.open()
    assert time.monotonic() - begin_s < 8


def test_password(post: Post) -> None:
    post.module(password=0xCAFE0001).place(FINGER)
    assert post.open("&password=cafe0001").capture(soon()).pixels.shape == SHAPE
    post.scanners.pop().close()
    with pytest.raises(ModulePasswordError) as caught:
        post.open("&password=cafe0002")
    assert "cafe" not in f"{caught.value!r} {caught.value}".lower()
    with pytest.raises(ModulePasswordError):
        post.open()


@pytest.mark.slow
def test_a_module_of_another_address(post: Post) -> None:
    """It hears nothing that is not for it; one that answers all the same is named."""
    module = post.module(address=0x01020304)
    with pytest.raises(ModuleSilentError):
        post.open()
    module.place(FINGER)
    assert post.open("&address=01020304").capture(soon()).pixels.shape == SHAPE
    post.scanners.pop().close()
    module.hears_all = True
    with pytest.raises(ModuleAddressError, match="with the address 01020304 answered"):
        post.open()


@pytest.mark.parametrize(
    "cue",
    [{"spoil_at_packet": 60}, {"garble_at_packet": 60}, {"noise": 40}, {"cut_at_packet": 60}],
    ids=str,
)
def test_what_was_damaged_once_is_asked_for_again(post: Post, cue: dict[str, int]) -> None:
    post.module().place(FINGER)
    scanner = post.open()
    post.cue(**cue)
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)


@pytest.mark.slow
def test_what_is_damaged_each_time_is_an_error_with_its_mend(post: Post) -> None:
    post.module().place(FINGER)
    scanner = post.open()
    post.cue(cut_at_packet=[20, 40])
    with pytest.raises(DamagedPacketError, match="picture stopped after") as caught:
        scanner.capture(soon())
    assert "fast=" in caught.value.mend
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)


def test_packets_that_are_lost_each_time_are_damage_and_no_unknown_window(post: Post) -> None:
    post.module().place(FINGER)
    scanner = post.open()
    post.cue(garble_at_packet=[20, 400])
    with pytest.raises(DamagedPacketError, match="bytes of a picture were no packets"):
        scanner.capture(soon())
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)


def test_a_picture_of_a_window_that_is_not_known_is_named(post: Post) -> None:
    post.module().place(FINGER[:100, :100].copy())
    with pytest.raises(ProtocolError, match="a picture of 5000 bytes; known are 36864, 18432"):
        post.open().capture(soon())


@pytest.mark.slow
def test_a_module_that_falls_silent_is_away(post: Post) -> None:
    post.module().place(FINGER)
    scanner = post.open()
    post.cue(silent=True)
    with pytest.raises(ModuleSilentError, match="no answer within 2 s at 115200 baud"):
        scanner.capture(soon())
    post.cue(silent=False)
    assert np.array_equal(scanner.capture(soon()).pixels, FINGER)


@pytest.mark.slow
def test_cancel_is_heard_in_the_middle_of_a_picture_and_its_rest_goes_by(post: Post) -> None:
    module = post.module()
    module.place(FINGER)
    scanner = post.open()
    post.cue(each_s=0.005)
    begin_s = time.monotonic()
    deadline = Deadline.after("finger", 20.0, lambda: time.monotonic() - begin_s > 0.6)
    with pytest.raises(CancelledError):
        scanner.capture(deadline)
    assert time.monotonic() - begin_s < 1.2
    module.place(FINGER[::-1].copy())
    assert np.array_equal(scanner.capture(soon(20.0)).pixels, FINGER[::-1])


@pytest.mark.slow
def test_a_module_that_gives_no_picture(post: Post) -> None:
    module = post.module()
    scanner = post.open()
    module.mute = frozenset({0x01})
    with pytest.raises(ModuleSilentError):
        scanner.capture(soon())
    with pytest.raises(ModuleFailedError, match="code 0x15"):
        scanner._line.upload(soon())


def test_unplugged_while_waiting_then_back(post: Post) -> None:
    module = post.module()
    scanner = post.open()
    threading.Timer(0.2, send_cue, [post.stage], {"unplug": True}).start()
    with pytest.raises(DeviceGoneError):
        scanner.capture(soon())
    scanner.close()
    with pytest.raises(DeviceGoneError, match=r"there is no"):
        post.open()
    post.replug()
    module.place(FINGER)
    assert np.array_equal(post.open().capture(soon()).pixels, FINGER)


ROUND = FINGER[:192, :192].copy()
MOST_PACKETS = 140
FAULTS = ("unplug_at_transfer", "spoil_at_packet", "garble_at_packet")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_crossing_that_is_disturbed_at_every_packet(post: Post, fault: str) -> None:
    """The finger as it lies there or a DeviceError, in time; after a replug the finger again.

    The round window's picture has half the packets of the other; they are alike.
    """
    module = post.module(packet_code=3)
    ends = []
    for packet in range(1, MOST_PACKETS):
        module.place(ROUND)
        post.cue(**{fault: packet})
        ends.append(crossed(post, module))
        if post.peer._faults.get(fault):
            break
        post.replug()
        module.place(ROUND)
        assert crossed(post, module) is None, packet
    assert 80 < len(ends) < MOST_PACKETS - 1
    assert ends[-1] is None
    if fault == "unplug_at_transfer":
        assert set(ends) == {DeviceGoneError, None}
        assert ends.count(None) <= 6, "what it says when it is closed, and the last crossing"
    else:
        assert ends.count(None) > len(ends) / 2, "a damaged picture is asked for again"


def crossed(post: Post, module: SimulatedZfm) -> type[DeviceError] | None:
    """What ended opening, capture, lift and closing; the picture is right or there is none."""
    began_s, end = time.monotonic(), None
    try:
        scanner = post.open()
        assert np.array_equal(scanner.capture(soon(6.0)).pixels, ROUND)
        module.place(None)
        scanner.wait_for_lift(soon(6.0))
    except DeviceError as error:
        end = type(error)
    while post.scanners:
        post.scanners.pop().close()
    assert time.monotonic() - began_s < 9.0 + 2 * 6.0 + 1.0
    return end


def test_one_program_at_a_time(post: Post) -> None:
    post.module()
    post.open()
    with pytest.raises(DeviceError, match="another program holds"):
        post.open()


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("&baud=1200", "baud='1200' in the URL should be one of 9600, 19200"),
        ("&fast=1000000", "fast='1000000'"),
        ("&password=secret", "password= in the URL should be 8 hexadecimal digits"),
        ("&address=0xffffff", "address= in the URL should be 8"),
        ("&turned=90", "turned='90'"),
        ("&parity=E", "unknown parameter 'parity'"),
        ("&ppi=500", "unknown parameter 'ppi'"),
    ],
)
def test_a_slip_of_the_pen_in_the_url(query: str, says: str) -> None:
    with pytest.raises(DeviceUrlError, match=says) as caught:
        registry.check_url("finger_scanner", "finger", f"serial:///dev/nothing?model=zfm{query}")
    assert "secret" not in str(caught.value)


def test_a_good_url_is_good_though_no_module_is_there() -> None:
    url = "serial:///dev/nothing?model=zfm&baud=57600&fast=115200&address=ffffffff&turned=no"
    registry.check_url("finger_scanner", "finger", url)
    with pytest.raises(DeviceGoneError, match="there is no /dev/nothing"):
        registry.open_finger_scanner("finger", url)


@pytest.mark.slow
def test_the_simulated_one_takes_cues_of_people(tmp_path: Path) -> None:
    """By its URL: a finger is laid down, leaves a print behind, and lifts itself."""
    stage = tmp_path / "finger"
    scanner = registry.open_finger_scanner("finger", f"simulated://{stage}?model=zfm&hold_s=0.3")
    try:
        assert scanner.info.make == "ZhianTec type"
        send_cue(stage, finger="left_index")
        strong = scanner.capture(soon(30.0)).pixels
        scanner.wait_for_lift(soon())
        send_cue(stage, latent=True)
        assert scanner.capture(soon()).pixels.std() < strong.std() / 3
        assert strong.shape == SHAPE
        assert strong.min() < 120
    finally:
        scanner.close()
        leave_stage(stage)
    assert not list(tmp_path.iterdir())
