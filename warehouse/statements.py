"""The SQL files by name, and the two ways in which an identifier or a text may enter a statement that must be built."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """Text of ``warehouse/sql/<name>.sql``."""
    return (files("warehouse") / "sql" / f"{name}.sql").read_text(encoding="utf-8")


def identifier(name: str) -> str:
    """``name`` as a quoted SQL identifier; only names of tables and columns of ``schemas`` come here."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as an SQL string; for statements such as COMMENT that take no parameters."""
    return "'" + text.replace("'", "''") + "'"
