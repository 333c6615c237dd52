"""Pictures of a visit: in RAM under its token, gone after the wipe, also when they come late."""

import numpy as np

from firmware_app.workers.session import Session


def test_what_was_kept_goes_with_the_event_and_is_gone_after_the_wipe():
    session, pixels = Session(), np.full((4, 4, 3), 200, np.uint8)
    token = session.token
    session.keep_portrait(session.new_document(), pixels, b"portrait")
    session.keep_face(token, b"face")
    session.keep_preview(token, b"preview")
    assert session.attachments() == (("live_face", b"face"), ("document_portrait", b"portrait"))
    session.wipe()
    assert (session.attachments(), session.portrait(), session.preview()) == ((), None, None)
    assert not pixels.any(), "the pixels are overwritten, not only let go"


def test_a_late_worker_cannot_put_a_picture_into_the_next_visit():
    session = Session()
    late, late_document = session.token, session.new_document()
    session.wipe()
    session.keep_face(late, b"of the one before")
    session.keep_preview(late, b"of the one before")
    session.keep_portrait(late_document, np.ones((2, 2, 3), np.uint8), b"of the one before")
    assert (session.attachments(), session.portrait(), session.preview()) == ((), None, None)


def test_a_second_document_never_meets_the_portrait_of_the_first():
    session, pixels = Session(), np.full((4, 4, 3), 200, np.uint8)
    first = session.new_document()
    session.keep_portrait(first, pixels, b"of the first document")
    session.new_document()
    assert (session.attachments(), session.portrait()) == ((), None)
    assert not pixels.any()
    session.keep_portrait(first, np.ones((2, 2, 3), np.uint8), b"late, of the first document")
    assert (session.attachments(), session.portrait()) == ((), None)
