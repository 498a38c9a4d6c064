"""What alembic runs: the migrations, all in the one transaction of the connection that it is given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # of SQLite too: the transaction is begun by hand
    transaction_per_migration=False,
)
context.run_migrations()
