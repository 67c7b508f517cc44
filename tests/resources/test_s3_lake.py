"""A lake in an S3 store: nights, queries and maintenance as on a folder; a store that is not there is one line."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from resources.installation import open_installation
from resources.maintenance import maintain_lake
from resources.settings import InstallationError
from tests.golden.test_days import FIRST, RESIDENT, SECOND
from tests.golden.test_maintenance import LATER, renamed
from tests.homes import Home, Server, settings_of
from tests.toy import ToyProvince

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "s3cret", "AWS_REGION": "cn-north-1"}


class Store:
    """A store that asks for a key, on a port of this machine; buckets are common to all in this process."""

    def __init__(self) -> None:
        self.bucket = f"province-{uuid.uuid4().hex[:12]}"
        self.lake = f"s3://{self.bucket}/base/lake"
        self.server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        self.address = f"{host}:{port}"
        self.client = boto3.client(
            "s3",
            endpoint_url=f"http://{self.address}",
            region_name=KEYS["AWS_REGION"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def make_bucket(self) -> None:
        self.client.create_bucket(
            Bucket=self.bucket, CreateBucketConfiguration={"LocationConstraint": KEYS["AWS_REGION"]}
        )

    def files(self) -> set[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return {one["Key"] for page in pages for one in page.get("Contents", [])}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    made = Store()
    for name, value in {**KEYS, "DUCKDB_S3_ENDPOINT": made.address, "DUCKDB_S3_USE_SSL": "false"}.items():
        monkeypatch.setenv(name, value)
    yield made
    made.server.stop()


@pytest.fixture
def home(server: Server, store: Store, tmp_path: Path) -> Iterator[Home]:
    url = server.create()
    settings = settings_of(tmp_path, url).model_copy(update={"lake": store.lake, "s3_url_style": "path"})
    made = Home(settings, url, ToyProvince.at(tmp_path / "deliveries"))
    yield made
    made.close()
    server.drop(url)


def test_nights_queries_and_maintenance(home: Home, store: Store) -> None:
    store.make_bucket()
    for day, name in ((FIRST, "王建国"), (SECOND, "王建军")):
        home.deliver(RESIDENT, day, renamed(name))
        home.night(day)

    assert "王建军" in {row["name"] for row in home.shared("SELECT name FROM share.person")}
    assert home.value("SELECT count(*) FROM library.person_history WHERE valid_to IS NOT NULL") == 1
    assert not Path(home.folder, "lake").exists()
    before = store.files()
    assert all(file.startswith("base/lake/") for file in before)

    done = maintain_lake(home.installation, now=LATER)
    assert done.files > 0 and len(store.files()) < len(before)

    on_s3 = {"ONESOURCE_LAKE": store.lake, "ONESOURCE_S3_URL_STYLE": "path"}
    read = home.onesource("sql", "SELECT count(*) AS people FROM library.person", "--format", "csv", **on_s3)
    assert (read.returncode, read.stdout.split()) == (0, ["people", str(len(renamed("")))])
    other = home.onesource("sql", f"FROM read_text('s3://{store.bucket}/other')", **on_s3)
    assert other.returncode == 1 and "Permission Error" in other.stderr


@pytest.mark.parametrize("has_bucket", [False, True], ids=["no bucket", "no answer"])
def test_a_store_that_can_not_be_used_is_one_line(home: Home, store: Store, has_bucket: bool) -> None:
    if has_bucket:
        store.make_bucket()
        home.deliver(RESIDENT, FIRST, renamed("王建国"))
        home.ingest(RESIDENT, FIRST)
        home.close()
        store.server.stop()
    with pytest.raises(InstallationError, match=store.lake) as error, open_installation(home.settings):
        pass
    assert "\n" not in str(error.value) and "docs/settings.md" in str(error.value)
    assert KEYS["AWS_SECRET_ACCESS_KEY"] not in str(error.value)
