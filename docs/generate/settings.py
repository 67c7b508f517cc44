"""docs/settings.md, from resources/settings.py."""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo

from docs.generate.markdown import GENERATED, code, table
from resources.settings import DATABASE_PREFIX, PROJECT, Settings

HEAD = """# Settings

Every setting is an environment variable and has a default. A variable may also stand in `$ONESOURCE_HOME/onesource.env`,
one `NAME=value` a line, lines with `#` left out; the environment wins over the file. Keep that file readable by the
operator alone (`chmod 600`), because database addresses hold passwords.

"""
OTHERS = f"""## A department's own database

`{DATABASE_PREFIX}<DEPARTMENT>` is the SQLAlchemy address of a department's database, for datasets whose `format.kind` is
`database`; the department is written as in `catalog/departments/`, in upper case. Without it such a dataset counts as not
delivered. An account that may only read the table is enough: the table is read in one read-only transaction.

    {DATABASE_PREFIX}CIVIL_AFFAIRS=postgresql+psycopg2://reader:password@10.0.0.8:5432/marriage
    {DATABASE_PREFIX}CIVIL_AFFAIRS=mysql+pymysql://reader:password@10.0.0.8:3306/marriage

## A lake on S3

With `ONESOURCE_LAKE=s3://bucket/prefix` the store is addressed by these variables, which the engine reads itself. A store
of one's own (MinIO, Ceph) is often addressed with the bucket in the path: `ONESOURCE_S3_URL_STYLE=path`.

"""
S3 = [
    ("AWS_ACCESS_KEY_ID", "access key"),
    ("AWS_SECRET_ACCESS_KEY", "secret key"),
    ("AWS_SESSION_TOKEN", "token of a temporary key"),
    ("AWS_REGION", "region"),
    ("DUCKDB_S3_ENDPOINT", "host and port of the store, where it is not Amazon's"),
    ("DUCKDB_S3_USE_SSL", "`false` for a store that speaks plain HTTP"),
]


def settings_page() -> str:
    prefix = str(Settings.model_config["env_prefix"])
    rows = [
        (code(prefix + name.upper()), field.description, _default(field))
        for name, field in Settings.model_fields.items()
    ]
    own = table(["variable", "meaning", "default"], rows)
    others = table(["variable", "meaning"], [(code(name), meaning) for name, meaning in S3])
    return (GENERATED + HEAD + own + OTHERS + others).rstrip() + "\n"


def _default(field: FieldInfo) -> str:
    """The default as a reader finds it, none where the meaning says it."""
    if field.default_factory is not None or field.default is None:
        return ""
    if isinstance(field.default, Path):
        return f"`{field.default.relative_to(PROJECT)}` in the project"
    return code(field.default)
