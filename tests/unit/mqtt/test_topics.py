"""Topics and what stands in the clear."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mqtt import topics
from mqtt.events import Kind

EVENT_ID = "01920000-0000-7000-8000-000000000001"


def test_topics_of_one_kiosk():
    assert topics.topic("gate-7", "events") == "border/v1/gate-7/events"
    assert topics.topic("gate-7", "cmd/res") == "border/v1/gate-7/cmd/res"
    assert topics.list_topic("gate-7", "watchlist") == "border/v1/gate-7/lists/watchlist"


@pytest.mark.parametrize("kiosk", ["", "+", "#", "a/b", "a" * 41, "gate_7", "gate\n", "é", "$SYS"])
def test_a_kiosk_id_that_could_bend_a_topic_is_refused(kiosk):
    assert not topics.is_kiosk_id(kiosk)
    with pytest.raises(ValueError, match="kiosk id"):
        topics.topic(kiosk, "events")
    with pytest.raises(ValueError, match="kiosk id"):
        topics.list_topic(kiosk, "watchlist")


@pytest.mark.parametrize("name", ["", "+", "#", "a/b", "UPPER"])
def test_a_list_name_that_could_bend_a_topic_is_refused(name):
    with pytest.raises(ValueError, match="name"):
        topics.list_topic("gate-7", name)


def test_the_kiosk_in_a_topic():
    assert topics.kiosk_of("border/v1/gate-7/events") == "gate-7"
    assert topics.kiosk_of("border/v1/gate-7/cmd/res") == "gate-7"
    for other in (
        "border/v2/gate-7/events",
        "v1/gate-7/events",
        "border/v1/gate-7",
        "border/v1/a+/x",
    ):
        assert topics.kiosk_of(other) is None


def test_the_outer_time_is_rounded_down_in_utc():
    zone = timezone(timedelta(hours=5, minutes=30))
    at = datetime(2026, 3, 1, 0, 29, 59, 999_999, tzinfo=zone)
    assert topics.hour_text(at) == "2026-02-28T18:00:00Z"
    assert topics.hour_text(datetime(2026, 3, 1, 18, 59, 59, tzinfo=UTC)) == "2026-03-01T18:00:00Z"


def test_cloudevents_attributes_of_an_attachment():
    properties = dict(
        topics.cloudevents_properties(
            kiosk="gate-7",
            kind=Kind.ATTACHMENT,
            event_id=EVENT_ID,
            sequence=42,
            hour="2026-03-01T10:00:00Z",
        )
    )
    assert properties == {
        "specversion": "1.0",
        "id": EVENT_ID,
        "source": "/kiosk/gate-7",
        "type": "org.border-kiosk.attachment.v1",
        "time": "2026-03-01T10:00:00Z",
        "dataschema": "urn:border-kiosk:envelope:1",
        "sequence": "00000000000000000042",
        "partitionkey": "gate-7",
    }


def test_an_event_id_that_is_no_uuid_does_not_leave():
    with pytest.raises(ValueError, match=r"UUID|id"):
        topics.cloudevents_properties(
            kiosk="gate-7", kind=Kind.CROSSING, event_id="ERIKSSON", sequence=1, hour=""
        )
