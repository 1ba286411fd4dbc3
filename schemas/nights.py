"""What a night leaves of itself: runs, stages, accounting, quarantine, profile, capabilities."""

from typing import ClassVar

import pandera.polars as pa
import polars as pl

from schemas.types import Timestamp


class Runs(pa.DataFrameModel):
    """One row is a night that was run."""

    run_id: str = pa.Field(description="Start of the night and a random tail; sorts by time")
    source: str = pa.Field(description="demo, spotify or files")
    started_at: Timestamp = pa.Field(description="UTC")
    ended_at: Timestamp = pa.Field(nullable=True, description="UTC")
    verdict: str = pa.Field(description="published, forced, or parked (published from what was there)")
    is_stale: bool = pa.Field(description="True when the API parked us and some of the data is older by design")
    parked_until: Timestamp = pa.Field(nullable=True, description="When the API may be asked again, UTC")
    algorithm: str = pa.Field(nullable=True, description="Versioned id of the song-to-song method")
    version: str = pa.Field(description="Version of Segue")
    note: str = pa.Field(nullable=True, description="What a person should know, in one line")

    class Config:
        strict = True
        metadata = {"key": ["run_id"]}


class RunStages(pa.DataFrameModel):
    """One row is a stage of a night: what it took and what came of it."""

    run_id: str = pa.Field(description="The night")
    ordinal: pl.Int32 = pa.Field(ge=0, le=10_000, description="Order within the night, from 0")
    stage: str = pa.Field(description="token, probe, extract, validate, ...")
    started_at: Timestamp = pa.Field(description="UTC")
    seconds: float = pa.Field(ge=0, le=1e9, description="Wall-clock seconds")
    rows: pl.Int64 = pa.Field(nullable=True, description="Rows that it made", ge=0)
    requests: pl.Int64 = pa.Field(nullable=True, description="Requests sent", ge=0)
    requests_least: pl.Int64 = pa.Field(nullable=True, description="Fewest requests that could have done it", ge=0)
    retries: pl.Int64 = pa.Field(nullable=True, description="Tries that had to be repeated", ge=0)
    waited_seconds: float = pa.Field(
        nullable=True, ge=0, le=1e9, description="Seconds slept because the API asked for it"
    )
    verdict: str = pa.Field(
        description="done, partial, parked, skipped or failed; of a rule of the gate kept, broken or forced"
    )
    note: str = pa.Field(nullable=True, description="What happened, in one line")

    class Config:
        strict = True
        metadata = {"key": ["run_id", "ordinal"]}


class RowAccounting(pa.DataFrameModel):
    """One row says where every received row of an entity went: received = stored + unchanged + duplicate + rejected + skipped."""

    run_id: str = pa.Field(description="The night")
    entity: str = pa.Field(description="Table that the rows were for")
    source: str = pa.Field(description="Where the rows came from")
    received: pl.Int64 = pa.Field(description="Rows that arrived", ge=0)
    stored: pl.Int64 = pa.Field(description="Rows that are new or changed", ge=0)
    unchanged: pl.Int64 = pa.Field(description="Rows that were there already, equal", ge=0)
    duplicate: pl.Int64 = pa.Field(description="Rows whose key arrived before in the same night", ge=0)
    rejected: pl.Int64 = pa.Field(description="Rows in quarantine", ge=0)
    skipped: pl.Int64 = pa.Field(description="Rows that were no row for this table", ge=0)
    removed: pl.Int64 = pa.Field(description="Earlier rows that the source no longer has (not in the sum)", ge=0)
    rejected_by_rule: str = pa.Field(description="JSON object: rule -> rows")
    skipped_by_reason: str = pa.Field(description="JSON object: reason -> rows")

    class Config:
        strict = True
        metadata = {"key": ["run_id", "entity", "source"]}


class RejectedRows(pa.DataFrameModel):
    """One row is a row in quarantine, with the rule that it broke and the value that broke it."""

    run_id: str = pa.Field(description="The night")
    entity: str = pa.Field(description="Table that it was for")
    source: str = pa.Field(description="Where it came from")
    rule: str = pa.Field(description="Rule that it broke; several are joined by '; '")
    value: str = pa.Field(nullable=True, description="Value that broke it")
    row: str = pa.Field(description="The whole row as JSON")

    class Config:
        strict = True
        metadata: ClassVar[dict[str, list[str]]] = {"key": []}


class DataProfile(pa.DataFrameModel):
    """One row describes a column of a table as it is published."""

    table_name: str = pa.Field(description="The table")
    column_name: str = pa.Field(description="The column")
    data_type: str = pa.Field(description="Type in DuckDB")
    description: str = pa.Field(nullable=True, description="Comment of the column")
    rows: pl.Int64 = pa.Field(description="Rows of the table", ge=0)
    nulls: pl.Int64 = pa.Field(description="Rows where it is null", ge=0)
    distinct: pl.Int64 = pa.Field(nullable=True, description="Different values", ge=0)
    minimum: str = pa.Field(nullable=True, description="Smallest value, as text")
    maximum: str = pa.Field(nullable=True, description="Largest value, as text")
    mean: float = pa.Field(nullable=True, description="Mean of numbers", le=1e300)
    deviation: float = pa.Field(nullable=True, description="Standard deviation of numbers", le=1e300)
    q05: float = pa.Field(nullable=True, description="5 % quantile of numbers", le=1e300)
    q25: float = pa.Field(nullable=True, description="25 % quantile of numbers", le=1e300)
    q50: float = pa.Field(nullable=True, description="Median of numbers", le=1e300)
    q75: float = pa.Field(nullable=True, description="75 % quantile of numbers", le=1e300)
    q95: float = pa.Field(nullable=True, description="95 % quantile of numbers", le=1e300)

    class Config:
        strict = True
        metadata = {"key": ["table_name", "column_name"]}


class ApiCapabilities(pa.DataFrameModel):
    """One row is something that the API did or did not answer for this app on a night."""

    run_id: str = pa.Field(description="The night")
    capability: str = pa.Field(description="Endpoint, field or limit, such as playlist_items or field:track.popularity")
    is_available: bool = pa.Field(description="It answered")
    status: pl.Int32 = pa.Field(nullable=True, ge=0, le=999, description="HTTP status of the probe, null for fields")
    detail: str = pa.Field(nullable=True, description="The API's words, or the value of a limit")

    class Config:
        strict = True
        metadata = {"key": ["run_id", "capability"]}


class Fetches(pa.DataFrameModel):
    """One row remembers when an object was last asked of a source, so that nothing is asked twice too soon."""

    entity: str = pa.Field(description="Table that the object belongs to")
    object_id: str = pa.Field(description="Id of the object")
    source: str = pa.Field(description="Who was asked: spotify, demo or reccobeats")
    status: str = pa.Field(description="found, unknown, refused, or seen (it came or a list refers to it)")
    detail: str = pa.Field(
        nullable=True, description="Of a list that was read to its end: its length and a digest of how it began"
    )
    asked_at: Timestamp = pa.Field(description="UTC")

    class Config:
        strict = True
        metadata = {"key": ["entity", "object_id", "source"]}
