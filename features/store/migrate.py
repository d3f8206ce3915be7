"""Schema migrations with Alembic, run from the package: no ini file, no command to remember."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"

HEAD = "0012"
"""The newest revision; a test holds it to the migration files. Knowing it spares a start that is up to date the
import of Alembic."""


def current_revision(engine: sa.Engine) -> str | None:
    """The database's revision, or None when it has no schema."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(sa.text("select version_num from alembic_version"))
        return revision


def upgrade(engine: sa.Engine, revision: str = "head") -> None:
    """Bring the schema to `revision`; nothing happens when it is there already."""
    if revision == "head" and current_revision(engine) == HEAD:
        return
    from alembic import command

    with engine.begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: sa.Engine, revision: str) -> None:
    """Take the schema back to `revision` ("base" empties it)."""
    from alembic import command

    with engine.begin() as connection:
        command.downgrade(_config(connection), revision)


def _config(connection: sa.Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config
