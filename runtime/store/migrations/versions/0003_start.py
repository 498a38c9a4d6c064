"""A project knows the weights that came with its network."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """No project of before has any."""
    op.add_column("project", sa.Column("start", sa.String))
