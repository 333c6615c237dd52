"""What tests of the chip's protocols share: a channel that plays a script."""

from collections.abc import Callable

import pytest

from drivers.chip.card import Card
from drivers.deadline import Deadline
from drivers.device import DeviceInfo


class ScriptedChannel:
    """Answers the commands that it expects, in their order, and fails the test on any other."""

    def __init__(self, *script: tuple[str, str]) -> None:
        self.left = list(script)
        self.atr = bytes.fromhex("3B80800101")
        self.info = DeviceInfo("Test", "script")

    def transmit(self, command: bytes, deadline: Deadline) -> bytes:
        deadline.slice_s()
        expected, answer = self.left.pop(0)
        assert command.hex().upper() == expected.replace(" ", "").upper()
        return bytes.fromhex(answer)

    def close(self) -> None:
        """Nothing to give back."""


@pytest.fixture
def scripted() -> Callable[..., Card]:
    """A card that must be asked exactly these commands, as (command, answer) in hexadecimal."""
    channels: list[ScriptedChannel] = []

    def make(*script: tuple[str, str]) -> Card:
        channels.append(ScriptedChannel(*script))
        return Card(channels[-1], Deadline.after("chip", 5))

    return make


@pytest.fixture
def numbers() -> Callable[..., Callable[[int], bytes]]:
    """A source of random numbers that gives these, in hexadecimal, of exactly the asked length."""

    def make(*values: str) -> Callable[[int], bytes]:
        held = [bytes.fromhex(value) for value in values]

        def random(size: int) -> bytes:
            value = held.pop(0)
            assert len(value) == size
            return value

        return random

    return make
