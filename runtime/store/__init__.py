"""Projects with their whole history, versions, owners, and the index of runs: SQLModel over SQLite, or PostgreSQL by URL."""

from runtime.store.database import DatabaseError
from runtime.store.project import Project, Summary
from runtime.store.projects import MAX_LOGIN, MAX_NAME, Store, UnknownProjectError, clean_name, store
from runtime.store.states import Change
from runtime.store.tables import LOCAL

__all__ = [
    "LOCAL",
    "MAX_LOGIN",
    "MAX_NAME",
    "Change",
    "DatabaseError",
    "Project",
    "Store",
    "Summary",
    "UnknownProjectError",
    "clean_name",
    "store",
]
