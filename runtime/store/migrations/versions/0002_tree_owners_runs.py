"""History becomes a tree; versions, owners and the index of runs are new."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Hang the straight history of each project into its tree; what was undone can still be redone."""
    op.create_table("owner", sa.Column("id", sa.String, primary_key=True), sa.Column("since", sa.Float, nullable=False))
    op.execute("INSERT INTO owner (id, since) VALUES ('local', 0)")
    op.create_table(
        "version",
        sa.Column("project", sa.String, sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("state", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("owner", sa.String, nullable=False, index=True),
        sa.Column("project", sa.String, nullable=False, index=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created", sa.Float, nullable=False),
    )
    op.add_column("project", sa.Column("owner", sa.String, nullable=False, server_default="local"))
    op.create_index("ix_project_owner", "project", ["owner"])
    for name in ("parent", "redo", "base"):
        op.add_column("state", sa.Column(name, sa.Integer))
    op.add_column("state", sa.Column("step", sa.String, nullable=False, server_default=""))
    # `by` held the step of a canvas, or a tab, which tells nobody who it was.
    op.execute("UPDATE state SET step = by, by = ''")
    op.execute("UPDATE state SET parent = number - 1 WHERE number > 0")
    op.execute(
        "UPDATE state SET redo = number + 1 WHERE EXISTS "
        "(SELECT 1 FROM project WHERE project.id = state.project AND project.last > state.number)"
    )
