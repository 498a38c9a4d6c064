"""The index of runs knows when each was changed, so that it can follow the folders."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; what the index holds is read anew."""
    op.add_column("run", sa.Column("changed", sa.BigInteger, nullable=False, server_default="0"))
