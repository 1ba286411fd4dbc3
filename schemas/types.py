"""Column types that the models share: one kind of value, one type."""

from typing import Annotated

import polars as pl

Timestamp = Annotated[pl.Datetime, "us", None]
"""A moment in UTC, without a time zone of its own (columns end in ``_at``)."""

Texts = Annotated[pl.List, pl.String]
"""A list of short texts such as genres."""
