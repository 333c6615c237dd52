"""What the owner says beside the events: in order, again after a lost line, never without bound."""

from itertools import count

import pytest

from mqtt.relay_asides import WAITING_LIMIT, Aside, Asides


@pytest.fixture
def asides():
    return Asides("k-1")


@pytest.fixture
def token():
    numbers = count(7)
    return lambda: next(numbers)


def aside(number):
    return Aside("cmd/res", b"answer %d" % number, "application/x")


def payloads(offers):
    return [one.payload for one in offers]


def test_each_goes_once_to_its_topic(asides, token):
    asides.put(aside(1))
    (offer,) = asides.offers(token)
    assert (offer.token, offer.topic) == (7, "border/v1/k-1/cmd/res")
    assert asides.offers(token) == []
    asides.answered(7)
    asides.line_lost()
    assert asides.offers(token) == []


def test_what_had_no_answer_goes_again_before_what_came_later(asides, token):
    for number in (1, 2):
        asides.put(aside(number))
    asides.offers(token)
    asides.answered(7)
    asides.put(aside(3))
    asides.line_lost()
    assert payloads(asides.offers(token)) == [b"answer 2", b"answer 3"]


def test_of_too_many_the_oldest_go(asides, token):
    for number in range(WAITING_LIMIT + 3):
        asides.put(aside(number))
    assert payloads(asides.offers(token))[0] == b"answer 3"


def test_an_answer_to_nothing_is_nothing(asides):
    asides.answered(99)
