"""Charts of what the person plays: when, what, new against familiar, and their tastes."""

from typing import Any

import altair as alt
import polars as pl

from reports.figures.figure import Figure, for_each, pixels
from reports.numbers import total
from reports.palette import ADDENDS, CONTEXT, INK, KINDS, MUCH, PAPER, RULE
from reports.theme import Chart
from reports.wording import WEEKDAYS, clipped, count, counted, listed, percent

TASTE_COLOUR = alt.Color("taste_id:N", scale=alt.Scale(domain=[*range(len(KINDS))], range=KINDS), legend=None)
"""A taste has one colour in every chart."""

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
    bars = base.mark_bar(height={"band": 0.62}).encode(
        color=TASTE_COLOUR,
        x=alt.X("share:Q", title="Share of what speaks for a song", axis=alt.Axis(format="%", grid=True)),
        tooltip=[
            "taste:N",
            alt.Tooltip("share:Q", format=".1%"),
            alt.Tooltip("share_last_night:Q", format=".1%"),
            "songs:Q",
        ],
    )
    ticks = base.mark_tick(color=INK, thickness=2, size=26).encode(x="share_last_night:Q")
    return bars + ticks


def _told_apart(tastes: pl.DataFrame) -> pl.DataFrame:
    """Number the tastes that have the same name: 'metal', 'metal 2'."""
    number = pl.int_range(1, pl.len() + 1).over("taste")
    short = _line(pl.col("taste"))
    return tastes.with_columns(
        pl.when(number > 1).then(pl.format("{} {}", short, number)).otherwise(short).alias("taste")
    )


def _joined(name: str) -> str:
    """'rock, metal' -> 'rock + metal': a taste's name within a sentence that lists several."""
    return name.replace(", ", " + ")


def _line(taste: pl.Expr) -> pl.Expr:
    return taste.map_elements(lambda name: _joined(clipped(name, 60)), return_dtype=pl.String)


def find_tastes(tastes: pl.DataFrame) -> str:
    """Name the tastes by weight, and say when one of them moved by two points or more."""
    tastes = _told_apart(tastes)
    names = [clipped(name, 40) for name in tastes["taste"].head(3)]
    said = f"You have {counted(tastes.height, 'taste')}: {listed(names)}" + (" lead" if tastes.height > 3 else "")
    moved = tastes.with_columns((pl.col("share") - pl.col("share_last_night")).alias("move")).drop_nulls("move")
    moved = moved.filter(pl.col("move").abs() >= 0.02).sort(pl.col("move").abs(), descending=True)
    if moved.is_empty():
        return said
    row = moved.row(0, named=True)
    way = "grew" if row["move"] > 0 else "shrank"
    return f"{said}; {clipped(row['taste'], 40)} {way} by {count(abs(row['move']) * 100)} points since last night"


def draw_map(taste_map: pl.DataFrame) -> Chart:
    """The explorer's map in cells: the catalogue in grey, the person's songs in the colour of their taste, tastes by name."""
    frame = taste_map.with_columns(_line(pl.col("taste")))
    x = alt.X("across:Q", axis=None, scale=alt.Scale(domain=[-1, 48], nice=False))
    y = alt.Y("down:Q", axis=None, scale=alt.Scale(domain=[48, -1], nice=False))
    base = alt.Chart(frame).encode(x=x, y=y)
    catalogue = base.mark_square(color=RULE, aria=False).encode(
        size=alt.Size("songs:Q", scale=alt.Scale(type="sqrt", range=[4, 60]), legend=None),
        tooltip=["songs:Q", "songs_of_yours:Q"],
    )
    mine = (
        base.transform_filter(alt.datum.taste_id != None)  # noqa: E711 - a Vega expression
        .mark_circle(opacity=0.85, aria=False)
        .encode(
            size=alt.Size("weight:Q", scale=alt.Scale(type="sqrt", range=[12, 420]), legend=None),
            color=TASTE_COLOUR,
            tooltip=["taste:N", "songs_of_yours:Q", "songs:Q", alt.Tooltip("weight:Q", format=".1f")],
        )
    )
    names = (
        alt.Chart(taste_names(taste_map))
        .encode(x=x, y=y, text="name:N")
        .transform_calculate(name="datum.taste")
    )  # fmt: skip
    halo = names.mark_text(fontSize=13.5, fontWeight="bold", stroke=PAPER, strokeWidth=4, strokeJoin="round")
    return alt.layer(catalogue, mine, halo, names.mark_text(fontSize=13.5, fontWeight="bold")).resolve_scale(
        size="independent"
    )


def taste_names(taste_map: pl.DataFrame) -> pl.DataFrame:
    """Return where each taste's name stands, (taste, across, down): above its heaviest cell, pushed apart, the heaviest first."""
    cells = taste_map.drop_nulls("taste_id").sort("weight", "across", "down", descending=[True, False, False])
    placed: list[dict[str, Any]] = []
    for cell in cells.unique("taste_id", keep="first", maintain_order=True).iter_rows(named=True):
        name = _joined(clipped(cell["taste"], 34))
        down = cell["down"] - 2.0
        while any(abs(down - one["down"]) < 2.4 and abs(cell["across"] - one["across"]) < 16 for one in placed):
            down += 1.2
        placed.append({"taste": name, "across": min(max(cell["across"], 5.0), 42.0), "down": min(max(down, 0.0), 47.0)})
    return pl.DataFrame(placed, schema={"taste": pl.String, "across": pl.Float64, "down": pl.Float64})


def find_map(taste_map: pl.DataFrame) -> str:
    """Say how much of the map the person's songs touch, and which taste is gathered and which is spread."""
    songs = total(taste_map["songs"])
    touched = total(taste_map.filter(pl.col("songs_of_yours") > 0)["songs"])
    spread = (
        taste_map.drop_nulls("taste_id")
        .group_by("taste_id")
        .agg(pl.col("taste").first(), pl.len().alias("cells"))
        .sort("cells", "taste_id", descending=[True, False])
    )
    said = f"Your songs lie in places that hold {percent(touched / songs)} of the catalogue"
    if spread.height < 2:
        return said
    widest, narrowest = (_joined(clipped(spread["taste"][place], 40)) for place in (0, -1))
    if widest == narrowest:
        return said
    return f"{said}: {widest} roams the widest, {narrowest} keeps to one corner"


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
        is_wide=True,
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
        "taste_map",
        "taste_map",
        draw_map,
        find_map,
        "Songs that belong together lie together. Grey is the catalogue; a dot is a place with songs of yours, as large as "
        "they weigh, coloured by taste.",
        "No tastes yet: they come from plays, saved songs, likes and ratings.",
        height=pixels(400),
        ready=lambda cells: bool(cells["taste_id"].count()),
    ),
    Figure(
        "tastes",
        "tastes",
        draw_tastes,
        find_tastes,
        "A taste is a group of your songs that belong together; dark ticks mark last night's shares.",
        "No tastes yet: they come from plays, saved songs, likes and ratings.",
        height=for_each("taste_id", 30),
    ),
)
