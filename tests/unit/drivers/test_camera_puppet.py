"""The simulated traveller blinks, opens the mouth, looks up, and the display's light falls on them.

Each is read by the shipped networks, as the kiosk reads it.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from drivers.camera.puppet import Manner, Pixels, Pose, Puppet
from drivers.camera.simulated import LIGHT_DELAY_S, Peer
from drivers.stage import StageDoor, send_cue
from vision.face_iris import EyeReader
from vision.face_pipeline import FacePipeline
from vision.liveness_sight import Sight, see
from vision.model_store import ModelStore


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return Puppet()


@pytest.fixture(scope="module")
def seen() -> Callable[[Pixels], tuple[Sight, float]]:
    """What the kiosk sees of a picture, and how open the eyes are."""
    pipeline, eyes = FacePipeline(ModelStore()), EyeReader(ModelStore())

    def look(pixels: Pixels) -> tuple[Sight, float]:
        found = pipeline.look(pixels)
        sight = see(pixels, found, 0.0)
        assert sight is not None
        return sight, eyes.read(pixels, sight.points).openness

    return look


def test_closed_eyes_are_read_as_closed(
    puppet: Puppet, seen: Callable[[Pixels], tuple[Sight, float]]
) -> None:
    _, opened = seen(puppet.head(Pose()))
    _, closed = seen(puppet.head(Pose(), Manner(eyes_closed=1.0)))
    assert opened > 0.3
    assert closed < 0.15


def test_an_open_mouth_is_read_as_more_open_than_the_smile(
    puppet: Puppet, seen: Callable[[Pixels], tuple[Sight, float]]
) -> None:
    at_rest, _ = seen(puppet.head(Pose()))
    opened, _ = seen(puppet.head(Pose(), Manner(mouth_open=1.0)))
    assert opened.mouth_open > at_rest.mouth_open + 0.08


def test_a_look_up_is_read_as_about_that(
    puppet: Puppet, seen: Callable[[Pixels], tuple[Sight, float]]
) -> None:
    at_rest, _ = seen(puppet.head(Pose()))
    up, _ = seen(puppet.head(Pose(pitch_deg=24)))
    assert up.pitch_deg - at_rest.pitch_deg == pytest.approx(24, abs=8)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_the_displays_light_is_strong_on_skin_and_weak_behind(
    puppet: Puppet, seen: Callable[[Pixels], tuple[Sight, float]], channel: int
) -> None:
    colour = tuple(255 * (at == channel) for at in range(3))
    lit, _ = seen(puppet.head(Pose(), Manner(light=(colour[0], colour[1], colour[2]))))
    dark, _ = seen(puppet.head(Pose(), Manner(light=(0, 0, 0))))
    on_skin = (lit.skin_bgr / dark.skin_bgr).mean(axis=0)[::-1]
    behind = (lit.around_bgr / dark.around_bgr)[::-1]
    others = [at for at in range(3) if at != channel]
    assert on_skin[channel] > 1.1
    assert on_skin[others] == pytest.approx(1.0, abs=0.08)
    assert behind[channel] - 1 < (on_skin[channel] - 1) / 3


@pytest.mark.parametrize(
    ("cue", "reached"),
    [
        ({"blink": True}, "eyes_closed"),
        ({"mouth": True}, "mouth_open"),
        ({"look": "up"}, "pitch_deg"),
    ],
)
def test_a_cue_is_acted_out_and_taken_back(
    tmp_path: Path, cue: dict[str, object], reached: str
) -> None:
    stage = tmp_path / "camera"
    peer = Peer(StageDoor(stage), "face")
    try:
        assert send_cue(stage, **cue)
        most, until_s = 0.0, time.monotonic() + 20
        while time.monotonic() < until_s:
            peer.listen()
            peer.look()
            now = getattr(peer.stance, reached)
            if most > 0 and now == 0:
                break
            most = max(most, now)
        assert most == {"eyes_closed": 1.0, "mouth_open": 1.0, "pitch_deg": 24.0}[reached]
        assert getattr(peer.stance, reached) == 0
    finally:
        peer.door.close()


def test_light_comes_after_the_displays_delay_and_nonsense_is_no_light(tmp_path: Path) -> None:
    stage = tmp_path / "camera"
    peer = Peer(StageDoor(stage), "face")
    try:
        before = peer.look()
        for nonsense in ([1, 2], [1, 2, 300], "red", [True, True, True], [0.5, 0, 0]):
            send_cue(stage, light=nonsense)
        given_s = time.monotonic()
        send_cue(stage, light=[0, 0, 0])
        until_s = given_s + 20
        while np.array_equal(peer.look(), before) and time.monotonic() < until_s:
            peer.listen()
        assert time.monotonic() - given_s >= LIGHT_DELAY_S
        assert peer.look().mean() < before.mean()
    finally:
        peer.door.close()
