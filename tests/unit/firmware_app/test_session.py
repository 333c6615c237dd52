"""Pictures of a visit: in RAM under its token, gone after the wipe, also when they come late."""

import numpy as np

from firmware_app.workers.session import Session


def test_what_was_kept_goes_with_the_event_and_is_gone_after_the_wipe():
    session, pixels = Session(), np.full((4, 4, 3), 200, np.uint8)
    token = session.token
    session.keep_portrait(token, pixels, b"portrait")
    session.keep_face(token, b"face")
    session.keep_preview(token, b"preview")
    assert session.attachments() == (("live_face", b"face"), ("document_portrait", b"portrait"))
    session.wipe()
    assert (session.attachments(), session.portrait(), session.preview()) == ((), None, None)
    assert not pixels.any(), "the pixels are overwritten, not only let go"


def test_a_late_worker_cannot_put_a_picture_into_the_next_visit():
    session = Session()
    late = session.token
    session.wipe()
    session.keep_face(late, b"of the one before")
    session.keep_preview(late, b"of the one before")
    session.keep_portrait(late, np.ones((2, 2, 3), np.uint8), b"of the one before")
    assert (session.attachments(), session.portrait(), session.preview()) == ((), None, None)
