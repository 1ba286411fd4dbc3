"""Charts of what the person plays: when, what, new against familiar, and their tastes."""

import altair as alt
import polars as pl

from reports.figures.figure import Figure, for_each, pixels
from reports.numbers import total
from reports.palette import ADDENDS, CONTEXT, MUCH
from reports.theme import Chart
from reports.wording import WEEKDAYS, clipped, count, counted, listed, percent

NO_PLAYS = (
    "No plays are known yet. Spotify tells of the last fifty only; `segue import` takes the whole history "
    "from your own data export."
)


def draw_clock(plays_clock: pl.DataFrame) -> Chart:
    """Heat map of the week: weekday, hour, plays."""
    grid = pl.DataFrame({"weekday": range(1, 8)}).join(pl.DataFrame({"hour": range(24)}), how="cross")
    frame = (
        grid.join(plays_clock.cast({"weekday": pl.Int64, "hour": pl.Int64}), on=["weekday", "hour"], how="left")
        .with_columns(pl.col("plays", "skips").fill_null(0))
        .with_columns(
            pl.col("weekday").replace_strict(dict(enumerate(WEEKDAYS, 1)), return_dtype=pl.String).alias("day")
        )
    )
    return (
        alt.Chart(frame)
        .mark_rect(cornerRadius=2, aria=False)
        .encode(
            x=alt.X("hour:O", title="Hour (UTC)", axis=alt.Axis(labelAngle=0, domain=False, ticks=False)),
            y=alt.Y("day:O", sort=WEEKDAYS, title=None),
            color=alt.Color(
                "plays:Q",
                scale=alt.Scale(type="quantize", range=MUCH, nice=False),
                legend=alt.Legend(title="Plays in the hour", titleOrient="left", format=".0f"),
            ),
            tooltip=["day:N", "hour:O", "plays:Q", "skips:Q"],
        )
    )


def find_clock(plays_clock: pl.DataFrame) -> str:
    """Say the busiest hour of the week and its share."""
    top = plays_clock.sort("plays", "weekday", "hour", descending=[True, False, False]).row(0, named=True)
    share = top["plays"] / total(plays_clock["plays"])
    return f"{WEEKDAYS[top['weekday'] - 1]} at {top['hour']:02d}:00 is your busiest hour, with {percent(share)} of all plays"


def draw_weeks(plays_weeks: pl.DataFrame) -> Chart:
    """Stacked bars: plays a week, of songs heard for the first time and of songs heard before."""
    kinds = {"again": "heard before", "first_time": "first time"}
    frame = (
        plays_weeks.unpivot([*kinds], index="week_on", variable_name="kind", value_name="plays")
        .with_columns(pl.col("plays").cum_sum().over("week_on").alias("top"))
        .with_columns(
            (pl.col("top") - pl.col("plays")).alias("bottom"),
            pl.col("kind").replace_strict(kinds),
            pl.col("week_on").dt.offset_by("6d").alias("until"),
        )
    )
    is_long = plays_weeks.height > 20
    return (
        alt.Chart(frame)
        .mark_rect()
        .encode(
            x=alt.X("week_on:T", title=None, axis=alt.Axis(format="%b %Y" if is_long else "%d %b", tickCount=8)),
            x2="until:T",
            y=alt.Y("bottom:Q", title="Plays a week", axis=alt.Axis(tickMinStep=1)),
            y2="top:Q",
            color=alt.Color(
                "kind:N", scale=alt.Scale(domain=[*kinds.values()], range=[CONTEXT, ADDENDS["collaborative"]])
            ),
            tooltip=[alt.Tooltip("week_on:T", title="week of"), "kind:N", "plays:Q"],
        )
    )


def find_weeks(plays_weeks: pl.DataFrame) -> str:
    """Compare the share of first plays in the latest four weeks with all earlier weeks."""
    weeks = plays_weeks.sort("week_on", descending=True)
    recent, earlier = weeks.head(4), weeks.slice(4)
    now = _first_share(recent)
    if not total(earlier["first_time"]) + total(earlier["again"]):
        return f"{percent(now)} of your plays are of songs that you hear for the first time"
    before = _first_share(earlier)
    word = "fewer" if now < before - 0.005 else "more" if now > before + 0.005 else "as many"
    than = "as" if word == "as many" else "than"
    return (
        f"You hear {word} new songs {than} before: {percent(now)} of the last four weeks' plays were first ones, "
        f"{percent(before)} earlier"
    )


def _first_share(weeks: pl.DataFrame) -> float:
    plays = total(weeks["first_time"]) + total(weeks["again"])
    return total(weeks["first_time"]) / plays if plays else 0.0


def draw_artists(plays_artists: pl.DataFrame) -> Chart:
    """Bars: the most played artists, the part that was skipped told apart."""
    frame = plays_artists.with_columns(
        (pl.col("plays") - pl.col("skips")).alias("heard"), pl.col("skips").alias("skipped")
    ).unpivot(["heard", "skipped"], index=["artist", "plays", "songs"], variable_name="outcome", value_name="number")
    return (
        alt.Chart(frame)
        .mark_bar(height={"band": 0.7})
        .encode(
            y=alt.Y("artist:N", sort=None, title=None),
            x=alt.X("number:Q", title="Plays", axis=alt.Axis(grid=True, tickMinStep=1)),
            color=alt.Color(
                "outcome:N", scale=alt.Scale(domain=["heard", "skipped"], range=[ADDENDS["audio"], CONTEXT])
            ),
            tooltip=["artist:N", "outcome:N", "number:Q", "songs:Q"],
        )
    )


def find_artists(plays_artists: pl.DataFrame) -> str:
    """Name the most played artist, and the one that is skipped most often."""
    top = plays_artists.row(0, named=True)
    said = f"{clipped(top['artist'], 60)} leads with {counted(top['plays'], 'play')} of {counted(top['songs'], 'song')}"
    often = plays_artists.filter(pl.col("plays") >= 10).with_columns((pl.col("skips") / pl.col("plays")).alias("share"))
    often = often.filter(pl.col("share") >= 0.25).sort("share", descending=True)
    if often.is_empty():
        return said
    skipped = often.row(0, named=True)
    return f"{said}; {clipped(skipped['artist'], 60)} is skipped {percent(skipped['share'])} of the time"


def draw_tastes(tastes: pl.DataFrame) -> Chart:
    """Bars: the share of each taste tonight, with a tick where it stood last night."""
    frame = _told_apart(tastes)
    base = alt.Chart(frame).encode(y=alt.Y("taste:N", sort=None, title=None))
    bars = base.mark_bar(height={"band": 0.62}, color=ADDENDS["metadata"]).encode(
        x=alt.X("share:Q", title="Share of what speaks for a song", axis=alt.Axis(format="%", grid=True)),
        tooltip=[
            "taste:N",
            alt.Tooltip("share:Q", format=".1%"),
            alt.Tooltip("share_last_night:Q", format=".1%"),
            "songs:Q",
        ],
    )
    ticks = base.mark_tick(color=CONTEXT, thickness=3, size=26).encode(x="share_last_night:Q")
    return bars + ticks


def _told_apart(tastes: pl.DataFrame) -> pl.DataFrame:
    """Number the tastes that have the same name: 'metal', 'metal 2'."""
    number = pl.int_range(1, pl.len() + 1).over("taste")
    short = pl.col("taste").map_elements(lambda name: clipped(name, 60), return_dtype=pl.String)
    return tastes.with_columns(
        pl.when(number > 1).then(pl.format("{} {}", short, number)).otherwise(short).alias("taste")
    )


def find_tastes(tastes: pl.DataFrame) -> str:
    """Name the tastes by weight, and say when one of them moved by two points or more."""
    tastes = _told_apart(tastes)
    names = [clipped(name, 40) for name in tastes["taste"].head(3)]
    said = f"You listen with {counted(tastes.height, 'taste')}: {listed(names)}" + (
        " lead" if tastes.height > 3 else ""
    )
    moved = tastes.with_columns((pl.col("share") - pl.col("share_last_night")).alias("move")).drop_nulls("move")
    moved = moved.filter(pl.col("move").abs() >= 0.02).sort(pl.col("move").abs(), descending=True)
    if moved.is_empty():
        return said
    row = moved.row(0, named=True)
    way = "grew" if row["move"] > 0 else "shrank"
    return f"{said}; {clipped(row['taste'], 40)} {way} by {count(abs(row['move']) * 100)} points since last night"


FIGURES = (
    Figure(
        "listening_clock",
        "plays_clock",
        draw_clock,
        find_clock,
        "One square is an hour of the week; the darker, the more plays ended in it.",
        NO_PLAYS,
        height=pixels(210),
    ),
    Figure(
        "listening_weeks",
        "plays_weeks",
        draw_weeks,
        find_weeks,
        "A song counts as new in the week in which its first known play falls.",
        "Fewer than six weeks of plays are known: too few to tell what is new to you. `segue import` takes the whole history "
        "from your own data export.",
        ready=lambda weeks: weeks.height >= 6,
        height=pixels(230),
    ),
    Figure(
        "most_played",
        "plays_artists",
        draw_artists,
        find_artists,
        "Plays by main artist; grey is what you skipped.",
        NO_PLAYS,
        height=for_each("artist"),
    ),
    Figure(
        "tastes",
        "tastes",
        draw_tastes,
        find_tastes,
        "A taste is a group of your songs that belong together; grey ticks mark last night's shares.",
        "No tastes yet: they come from plays, saved songs, likes and ratings.",
        height=for_each("taste_id", 30),
    ),
)
