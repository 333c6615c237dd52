"""provision.toml: what is written reads back, symbols join in any order, noise is refused."""

import tomllib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_app.services.provision import ProvisionError, read
from firmware_app.services.provision_qr import Collector, parts
from firmware_app.services.provision_toml import toml_text

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
VALUES = st.one_of(TEXT, st.booleans(), st.integers(-(2**63), 2**63 - 1))
VALUES |= st.floats(allow_nan=False, allow_infinity=False)
TABLES = st.recursive(
    st.dictionaries(TEXT, VALUES | st.lists(VALUES, max_size=3), max_size=4),
    lambda inner: st.dictionaries(TEXT, VALUES | inner, max_size=4),
    max_leaves=6,
)


@given(TABLES)
def test_what_is_written_as_toml_reads_back(values):
    assert tomllib.loads(toml_text(values)) == values


@given(st.binary(min_size=1, max_size=1500), st.data())
def test_symbols_join_in_any_order_seen_any_number_of_times(data, chosen):
    texts = parts(data)
    noise = chosen.draw(st.lists(TEXT | st.sampled_from(texts), max_size=10))
    order = [*noise, *chosen.draw(st.permutations(texts))]
    collector = Collector()
    found = [one for one in map(collector.feed, order) if one is not None]
    assert found
    assert set(found) == {data}


@given(st.binary(min_size=1, max_size=1500), st.binary(min_size=1, max_size=1500), st.data())
def test_symbols_of_two_files_never_mix(one, other, chosen):
    order = chosen.draw(st.permutations([*parts(one), *parts(other)]))
    collector = Collector()
    assert {found for found in map(collector.feed, order) if found} <= {one, other}


@given(st.binary(max_size=300) | TEXT.map(str.encode))
def test_noise_is_refused_by_its_one_error(data):
    with pytest.raises(ProvisionError):
        read(data, NOW)
