"""References: each leads back to its event as people read it out; no slip of a sign is taken."""

from contextlib import suppress
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mqtt.reference import ALPHABET, NoReferenceError, id_ending, reference

event_ids = st.uuids(version=4).map(str)


@given(event_ids, st.sampled_from([str, str.lower, lambda text: text.replace("-", " ")]))
def test_a_reference_leads_back_to_the_event_however_it_is_written(event_id, written):
    text = reference(event_id)
    assert len(text) == 14
    assert event_id.endswith(id_ending(written(text)))
    assert event_id.endswith(id_ending(text.replace("0", "O").replace("1", "l")))


@given(event_ids, st.data())
def test_one_wrong_sign_never_fits(event_id, data):
    text = reference(event_id)
    at = data.draw(st.sampled_from([at for at, sign in enumerate(text) if sign != "-"]))
    wrong = data.draw(st.sampled_from(ALPHABET).filter(lambda sign: sign != text[at]))
    with pytest.raises(NoReferenceError):
        id_ending(text[:at] + wrong + text[at + 1 :])


@given(event_ids)
def test_two_signs_that_changed_places_never_fit(event_id):
    bare = reference(event_id).replace("-", "")
    for one, other in combinations(range(10), 2):
        signs = list(bare)
        signs[one], signs[other] = signs[other], signs[one]
        if signs[one] != signs[other]:
            with pytest.raises(NoReferenceError):
                id_ending("".join(signs))


@given(st.text(max_size=40))
def test_noise_is_no_reference_and_nothing_else(text):
    with suppress(NoReferenceError):
        assert len(id_ending(text)) == 12


def test_many_references_differ():
    made = {reference(str(UUID(int=(7 << 76) + number * 2654435761))) for number in range(5000)}
    assert len(made) == 5000
