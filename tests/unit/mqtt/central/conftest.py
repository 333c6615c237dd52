"""The centre's tests run against both databases: an SQLite file, and PostgreSQL where it is."""

import itertools
import shutil
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

from mqtt.central.postgres_cluster import Cluster, find_program
from mqtt.central.store_sqlite import Store

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    """The module of the store for PostgreSQL, where its library is installed."""
    pytest.importorskip("psycopg")
    return import_module("mqtt.central.store_postgres")


@pytest.fixture(scope="session")
def cluster(postgres):
    """A PostgreSQL of its own, in a folder that its unprivileged user may enter."""
    if find_program("initdb") is None:
        pytest.skip("initdb is not installed (Debian package postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with Cluster(folder / "c", "fsync = off\n").make().start() as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def new_postgres(cluster, postgres):
    """Gives the URL of a fresh, empty database."""

    def new() -> str:
        name = f"t{next(NUMBERS)}"
        with postgres.psycopg.connect(cluster.url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return cluster.url.replace("/postgres?", f"/{name}?")

    return new


@pytest.fixture(params=["sqlite", "postgresql"])
def open_store(request, tmp_path):
    """Opens the test's one database, as often as it likes."""
    if request.param == "sqlite":
        path = tmp_path / "central.sqlite3"
        return lambda **options: Store(path, **options)
    url = request.getfixturevalue("new_postgres")()
    postgres = request.getfixturevalue("postgres")
    return lambda **options: postgres.PostgresStore(url, **options)
