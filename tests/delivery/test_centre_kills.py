"""kill -9 of members and of PostgreSQL at random moments: nothing lost, nothing doubled.

The long form is `kiosk-central simulate --members 2 --database postgresql --kills 1000`.
"""

import shutil
import tempfile
from pathlib import Path

import pytest

from mqtt.central.mosquitto import free_port
from mqtt.central.postgres_cluster import find_program
from mqtt.central.simulate import Load, SimulatedSite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def open_folder():
    """A folder that PostgreSQL's unprivileged user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="kills", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(("postgres", "members"), [(False, 1), (True, 2)])
def test_members_and_database_killed_at_random_lose_and_double_nothing(
    open_folder, postgres, members
):
    if postgres and find_program("initdb") is None:
        pytest.skip("initdb is not installed (Debian package postgresql)")
    if postgres:
        pytest.importorskip("psycopg")
    load = Load(
        kiosks=6,
        rate=25.0,
        seconds=6.0,
        size=20_000,
        members=members,
        postgres=postgres,
        kills=6,
        resend_after_s=2.0,
    )
    with SimulatedSite(open_folder / "site", load, free_port()) as site:
        figures = site.run(lambda _sent: None)
    assert figures.events == 150
    assert (figures.lost, figures.doubled, figures.broken_chains) == (0, 0, 0)
    assert (figures.refused, figures.killed) == (0, 6)
    assert figures.resent > 0, "no kill hit anything"
