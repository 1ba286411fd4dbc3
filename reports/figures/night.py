"""Charts of the night itself: where rows went, what is missing, where time and requests went."""

import altair as alt
import polars as pl

from reports.figures.figure import Figure, for_each, pixels
from reports.numbers import amount, largest, total
from reports.palette import ADDENDS, CONTEXT, INK, KINDS, MUTED
from reports.theme import Chart
from reports.wording import count, counted, duration, percent

OUTCOMES = {"stored": KINDS[2], "unchanged": CONTEXT, "duplicate": KINDS[6], "skipped": KINDS[3], "rejected": KINDS[4]}
SMOOTH = 24
"""Points along a ribbon of the flow."""


def ribbons(accounting: pl.DataFrame) -> pl.DataFrame:
    """Return the edges of the flow from tables (left) to outcomes (right): entity, outcome, rows, x, low, high.

    A ribbon's thickness is its share of all received rows; each side leaves gaps of two per cent between its blocks.
    """
    long = (
        accounting.group_by("entity", maintain_order=True).agg(pl.col(*OUTCOMES).sum())
        .unpivot([*OUTCOMES], index="entity", variable_name="outcome", value_name="rows")
        .filter(pl.col("rows") > 0)
        .with_columns(pl.col("outcome").replace_strict({o: i for i, o in enumerate(OUTCOMES)}, return_dtype=pl.Int64).alias("place"))
    )  # fmt: skip
    tables = accounting["entity"].unique(maintain_order=True).to_list()
    long = long.with_columns(
        pl.col("entity").replace_strict({e: i for i, e in enumerate(tables)}, return_dtype=pl.Int64).alias("table")
    )
    share = pl.col("rows") / total(long["rows"])
    gap = 0.02
    left = long.sort("table", "place").with_columns(
        (share.cum_sum() - share + gap * pl.col("table").rank("dense").sub(1)).alias("left")
    )
    both = left.sort("place", "table").with_columns(
        (share.cum_sum() - share + gap * pl.col("place").rank("dense").sub(1)).alias("right"), share.alias("share")
    )
    steps = pl.DataFrame({"x": [i / SMOOTH for i in range(SMOOTH + 1)]}).with_columns(
        (pl.col("x").pow(2) * (3 - 2 * pl.col("x"))).alias("ease")
    )
    low = pl.col("left") + (pl.col("right") - pl.col("left")) * pl.col("ease")
    return both.join(steps, how="cross").select(
        "entity", "outcome", "rows", "x", (-low).alias("high"), (-low - pl.col("share")).alias("low")
    )


def draw_flow(accounting: pl.DataFrame) -> Chart:
    """Ribbons from each table to what became of its rows."""
    edges = ribbons(accounting)
    # a name is written where its block is thick enough to carry it; the table below tells the others
    blocks = edges.with_columns((pl.col("high") - pl.col("low")).alias("thick"))
    ends = []
    for side, at in (("entity", 0.0), ("outcome", 1.0)):
        end = (
            blocks.filter(pl.col("x") == at).group_by(side, maintain_order=True)
            .agg(pl.col("rows").sum(), pl.col("high").max(), pl.col("low").min())
            .select(
                (pl.col(side).str.replace_all("_", " ") + pl.format("  {}", pl.col("rows").map_elements(count, return_dtype=pl.String))).alias("label"),
                ((pl.col("high") + pl.col("low")) / 2).alias("y"),
                pl.lit(at).alias("x"),
                (pl.col("high") - pl.col("low")).alias("thick"),
            )
        )  # fmt: skip
        ends.append(_apart(end))
    labels = pl.concat(ends)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.34, 1.34], nice=False))
    flow = (
        alt.Chart(edges)
        .mark_area(opacity=0.62)
        .encode(
            x=x,
            y=alt.Y("high:Q", axis=None, scale=alt.Scale(zero=False)),
            y2="low:Q",
            color=alt.Color("outcome:N", scale=alt.Scale(domain=[*OUTCOMES], range=[*OUTCOMES.values()]), legend=None),
            detail=["entity:N", "outcome:N"],
            tooltip=["entity:N", "outcome:N", "rows:Q"],
        )
    )
    written = alt.Chart(labels).encode(x=x, y="y:Q", text="label:N")
    left = written.transform_filter(alt.datum.x == 0).mark_text(align="right", dx=-8, color=INK)
    right = written.transform_filter(alt.datum.x == 1).mark_text(align="left", dx=8, color=INK)
    return flow + left + right


def _apart(ends: pl.DataFrame) -> pl.DataFrame:
    """Push names that would overlap further down."""
    places: list[float] = []
    for y in ends.sort("y", descending=True)["y"]:
        places.append(min(y, places[-1] - 0.048) if places else y)
    return ends.sort("y", descending=True).with_columns(pl.Series("y", places, dtype=pl.Float64))


def find_flow(accounting: pl.DataFrame) -> str:
    """Say how many rows arrived and whether the sum balances."""
    received, out = total(accounting["received"]), sum(total(accounting[o]) for o in OUTCOMES)
    if received != out:
        return f"{count(received)} rows arrived, {count(out)} are accounted for: the balance is broken"
    new, bad = total(accounting["stored"]), total(accounting["rejected"])
    return (
        f"Every one of {count(received)} rows is accounted for: {count(new)} new or changed, "
        f"{counted(bad, 'row')} in quarantine"
    )


def missing(profile: pl.DataFrame) -> pl.DataFrame:
    """Return the columns of which some values are missing but not all, the emptiest first: column, share, nulls, rows."""
    return (
        profile.filter((pl.col("nulls") > 0) & (pl.col("nulls") < pl.col("rows")))
        .select(
            (pl.col("table_name") + "." + pl.col("column_name")).alias("column"),
            (pl.col("nulls") / pl.col("rows")).alias("share"),
            "nulls",
            "rows",
        )
        .sort("share", "column", descending=[True, False])
    )


def draw_missing(profile: pl.DataFrame) -> Chart:
    """Bars: the share of nulls of the emptiest columns."""
    frame = missing(profile).head(24)
    return (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.66}, color=ADDENDS["metadata"])
        .encode(
            y=alt.Y("column:N", sort=frame["column"].to_list(), title=None, axis=alt.Axis(labelLimit=240)),
            x=alt.X("share:Q", title="Share of rows without a value", axis=alt.Axis(format="%", grid=True)),
            tooltip=["column:N", alt.Tooltip("share:Q", format=".2%"), "nulls:Q", "rows:Q"],
        )
    )


def find_missing(profile: pl.DataFrame) -> str:
    """Count the columns that are full, partly and wholly empty."""
    asked = profile.filter(pl.col("rows") > 0)
    empty = asked.filter(pl.col("nulls") == pl.col("rows")).height
    partly = asked.filter((pl.col("nulls") > 0) & (pl.col("nulls") < pl.col("rows"))).height
    return f"Of {counted(asked.height, 'column')} with rows, {count(asked.height - empty - partly)} are full, {partly} have gaps and {empty} are empty"


def draw_time(stages: pl.DataFrame) -> Chart:
    """Bars from start to end of each stage, in seconds since the night began; what is told of last night follows in grey."""
    tonight = stages.filter(pl.col("night") == "tonight")
    seconds = (pl.col("started_at") - tonight["started_at"].min()).dt.total_milliseconds() / 1000
    own = tonight.select("stage", "seconds", "rows", "verdict", "note", "waited_seconds", seconds.alias("from"))
    end = largest(own["from"] + own["seconds"])
    later = stages.filter(pl.col("night") != "tonight").select(
        "stage", "seconds", "rows", pl.lit("last night").alias("verdict"), "note", "waited_seconds",
        (end + pl.col("seconds").cum_sum() - pl.col("seconds")).alias("from"),
    )  # fmt: skip
    # a stage that ran twice, such as the rules for the pages and then for the sound, has one line with two bars
    frame = pl.concat([own, later]).with_columns(
        (pl.col("from") + pl.col("seconds")).alias("to"), pl.col("stage").str.replace_all("_", " ")
    )
    last = largest(frame["to"])
    base = alt.Chart(frame).encode(
        y=alt.Y("stage:N", sort=None, title=None),
        tooltip=[
            "stage:N",
            alt.Tooltip("seconds:Q", format=".2f"),
            "rows:Q",
            "waited_seconds:Q",
            "verdict:N",
            "note:N",
        ],
    )
    bars = base.mark_bar(height={"band": 0.6}, cornerRadius=2).encode(
        x=alt.X(
            "from:Q",
            title="Seconds since the night began",
            axis=alt.Axis(grid=True),
            scale=alt.Scale(domainMax=last * 1.08),
        ),
        x2="to:Q",
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(
                domain=["done", "partial", "parked", "skipped", "failed", "last night"],
                range=[ADDENDS["audio"], ADDENDS["metadata"], KINDS[6], KINDS[5], KINDS[4], CONTEXT],
            ),
            legend=alt.Legend(values=sorted(frame["verdict"].unique().to_list())),
        ),
    )
    sums = frame.group_by("stage", maintain_order=True).agg(pl.col("seconds").sum(), pl.col("to").max())
    written = sums.filter(pl.col("seconds") >= 0.05)
    text = (
        alt.Chart(written)
        .mark_text(align="left", dx=5, fontSize=11, color=MUTED)
        .encode(y=alt.Y("stage:N", sort=None), x="to:Q", text=alt.Text("seconds:Q", format=".1f"))
    )
    return bars + text


def find_time(stages: pl.DataFrame) -> str:
    """Name the stage that took longest."""
    stages = stages.filter(pl.col("night") == "tonight")
    sums = stages.group_by("stage", maintain_order=True).agg(pl.col("seconds").sum())
    total, slow = amount(stages["seconds"]), sums.sort("seconds", descending=True).row(0, named=True)
    waited = amount(stages["waited_seconds"])
    tail = f"; {duration(waited)} were spent waiting for the API" if waited else ""
    return f"{slow['stage'].replace('_', ' ').capitalize()} took {percent(slow['seconds'] / total)} of {duration(total)}{tail}"


def asked(stages: pl.DataFrame) -> pl.DataFrame:
    """Return the stages of tonight that sent requests."""
    return stages.filter((pl.col("requests").fill_null(0) > 0) & (pl.col("night") == "tonight"))


def draw_requests(stages: pl.DataFrame) -> Chart:
    """Bars of requests sent, with a tick at the fewest that could have done it; repeats and waits written beside."""
    frame = asked(stages).with_columns(
        pl.struct("requests", "requests_least", "retries", "waited_seconds")
        .map_elements(_coped, return_dtype=pl.String)
        .alias("told")
    )
    base = alt.Chart(frame).encode(
        y=alt.Y("stage:N", sort=None, title=None),
        tooltip=["stage:N", "requests:Q", "requests_least:Q", "retries:Q", "waited_seconds:Q"],
    )
    most = largest(frame["requests"])
    bars = base.mark_bar(height={"band": 0.5}).encode(
        x=alt.X(
            "requests:Q",
            title="Requests",
            axis=alt.Axis(grid=True, tickMinStep=1),
            scale=alt.Scale(domainMax=most * 1.55, nice=False),
        )
    )
    ticks = base.mark_tick(color=INK, thickness=3, size=24).encode(x="requests_least:Q")
    return bars + ticks + base.mark_text(align="left", dx=8, color=MUTED).encode(x="requests:Q", text="told:N")


def _coped(stage: dict[str, float | None]) -> str:
    """'15 of 14, 1 repeated, 2.0 s waited'."""
    said = [f"{count(stage['requests'])} of {count(stage['requests_least'])}"]
    if stage["retries"]:
        said.append(f"{count(stage['retries'])} repeated")
    if stage["waited_seconds"]:
        said.append(f"{duration(stage['waited_seconds'])} waited")
    return ", ".join(said)


def find_requests(stages: pl.DataFrame) -> str:
    """Compare requests sent with the fewest that could have done it."""
    frame = asked(stages)
    sent, least, again = (total(frame[column]) for column in ("requests", "requests_least", "retries"))
    if not least:
        return f"{counted(sent, 'request')} were sent"
    over = (
        f"{sent / least:.2f} times the {count(least)} that could have done it"
        if sent > least
        else "the fewest possible"
    )
    waited = amount(frame["waited_seconds"])
    waits = f", {duration(waited)} waited" if waited else ""
    repeats = f"{counted(again, 'try', 'tries')} repeated{waits}" if again or waited else "none repeated, no wait"
    return f"{counted(sent, 'request')} sent, {over}; {repeats}"


FIGURES = (
    Figure(
        "row_flow",
        "accounting",
        draw_flow,
        find_flow,
        "Left, the rows that arrived for each table; right, what became of them. Nothing disappears.",
        "No rows arrived.",
        height=pixels(380),
        ready=lambda accounting: bool(accounting.select(pl.sum_horizontal(pl.col(*OUTCOMES).sum())).item()),
    ),
    Figure(
        "missing_values",
        "profile",
        draw_missing,
        find_missing,
        "The columns with the largest gaps; the matrix below shows all columns, the empty ones too.",
        "Every column is either full or empty.",
        height=lambda profile: for_each("column", 20)(missing(profile).head(24)),
        ready=lambda profile: not missing(profile).is_empty(),
    ),
    Figure(
        "stage_seconds",
        "stages",
        draw_time,
        find_time,
        "Bars run from a stage's start to its end. This page is drawn before it ends itself, so its own time is last night's.",
        "No stage was booked.",
        height=for_each("stage", 20),
        ready=lambda stages: not stages.filter(pl.col("night") == "tonight").is_empty(),
    ),
    Figure(
        "requests",
        "stages",
        draw_requests,
        find_requests,
        "Bars are requests sent, dark ticks the fewest that could have done the same; waits are those that the API asked for.",
        "No request was sent: this night needed no network.",
        height=lambda stages: for_each("stage", 36)(asked(stages)),
        ready=lambda stages: not asked(stages).is_empty(),
    ),
)
