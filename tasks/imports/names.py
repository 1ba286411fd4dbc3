"""Names and the ids that are derived from them (tool).

Where a source gives no id, the id is ``name:`` and the normalised name: ``name:björk`` would be ``name:bjork`` for an
artist, ``name:bjork|joga`` for her song, ``name:bjork|homogenic`` for her album. The same names give the same id in
every file and on every day, which is what lets `tasks.imports.unify` join them to the songs that have ids.
"""

import hashlib
import json

import polars as pl

from schemas.values import SPOTIFY_ID
from tasks.imports.files.nested import LIST_SEPARATOR

DERIVED = "name:"
ID_LIMIT = 200
REFERENCE = r"^(?:spotify:(?:user:[^:]*:)?{0}:|https?://(?:open|play)\.spotify\.com/(?:intl-\w+/)?(?:user/[^/]*/)?{0}/|https?://api\.spotify\.com/v1/{0}s/)([^?/#]+).*$"
COMMA_IN_NAME = ("The ", "Jr", "Sr", "III")
"""After a comma these go on with the same name: Tyler, The Creator; Sammy Davis, Jr."""

COLLECTIVE = (
    "various artists",
    "various",
    "v a",
    "varios artistas",
    "varios",
    "varios interpretes",
    "artistes divers",
    "verschiedene interpreten",
    "verschiedene",
    "artisti vari",
    "diverse artiesten",
    "diverse artister",
    "rozni wykonawcy",
    "разные исполнители",
)
"""What stands, normalised, in place of an artist on albums of many: the name of nobody."""


def normalised(names: pl.Expr) -> pl.Expr:
    """Names for comparison: accents and punctuation gone, small letters; a name of nothing else stays as it is."""
    bare = (
        names.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.strip_chars()
    )
    return pl.when(bare == "").then(names.str.to_lowercase().str.strip_chars()).otherwise(bare)


def is_collective(artists: pl.Expr) -> pl.Expr:
    """Whether an artist is none, but many: Various Artists."""
    return normalised(artists).is_in(COLLECTIVE)


def derived_id(*names: pl.Expr) -> pl.Expr:
    """The id that names give: ``name:`` and the normalised names between bars, shortened with a digest if need be."""
    whole = pl.concat_str(
        pl.lit(DERIVED), pl.concat_str(*(normalised(name).fill_null("") for name in names), separator="|")
    )
    return (
        pl.when(whole.str.len_chars() <= ID_LIMIT)
        .then(whole)
        .otherwise(whole.map_elements(_shortened, return_dtype=pl.String, skip_nulls=True))
    )


def _shortened(text: str) -> str:
    if len(text) <= ID_LIMIT:
        return text
    return f"{text[: ID_LIMIT - 34]}#{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def bare_id(references: pl.Expr, kind: str) -> pl.Expr:
    """Ids out of ids, ``spotify:track:…`` URIs and web addresses of that kind; anything else stays as it is."""
    return blank_as_null(references).str.replace(REFERENCE.replace("{0}", kind), "$1")


def blank_as_null(texts: pl.Expr) -> pl.Expr:
    """Texts without surrounding blanks; empty ones and the words for nothing (NaN, None, null, N/A) are null."""
    bare = texts.str.strip_chars()
    return pl.when(~bare.str.to_lowercase().is_in(["", "nan", "none", "null", "na", "n/a", "<na>", "-"])).then(bare)


def names_as_written(texts: pl.Expr) -> pl.Expr:
    """Names without surrounding blanks, empty ones null; a song may well be called None or N/A."""
    bare = texts.str.strip_chars()
    return pl.when(bare != "").then(bare)


def spotify_page(ids: pl.Expr, kind: str) -> pl.Expr:
    """The page on Spotify of ids that are Spotify's; null for others."""
    return pl.when(ids.str.contains(SPOTIFY_ID)).then(pl.concat_str(pl.lit(f"https://open.spotify.com/{kind}/"), ids))


def list_of(texts: pl.Series, *, split_commas: bool) -> pl.Series:
    """Lists out of texts: lists of the format, ``['a', "b"]`` as Python or JSON writes it, or parts between separators.

    Between parts may stand ``;`` or ``|``. A comma parts only if ``split_commas`` says so, no value of the column has a
    semicolon, and what follows does not read like the rest of a name (`COMMA_IN_NAME`).
    """
    frame = pl.DataFrame({"text": texts.unique(maintain_order=True).drop_nulls()})
    text = pl.col("text")
    bracketed = text.str.contains(r"^\s*\[.*\]\s*$")
    has_semicolons = bool(frame.select((text.str.contains(";") & ~bracketed).any()).item() or False)
    plain = text.str.replace_all(r"\s*[;|]\s*", LIST_SEPARATOR)
    if split_commas and not has_semicolons:
        plain = plain.str.replace_all(r",\s*", LIST_SEPARATOR)
        for rest in COMMA_IN_NAME:
            plain = plain.str.replace_all(f"{LIST_SEPARATOR}{rest}", f", {rest}", literal=True)
    lists = frame.with_columns(
        pl.when(text.str.contains(LIST_SEPARATOR, literal=True))
        .then(text.str.split(LIST_SEPARATOR))
        .when(bracketed)
        .then(text.map_elements(_bracketed, return_dtype=pl.List(pl.String)))
        .otherwise(plain.str.split(LIST_SEPARATOR))
        .list.eval(names_as_written(pl.element()))
        .list.drop_nulls()
        .list.unique(maintain_order=True)
        .alias("parts")
    )
    joined = pl.DataFrame({"text": texts}).join(lists, on="text", how="left", maintain_order="left")
    return joined["parts"].alias(texts.name)


def _bracketed(text: str) -> list[str]:
    """The parts of a list written as text: JSON, Python's repr, NumPy's repr, or bare words between commas."""
    try:
        value = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return _quoted_parts(text.strip()[1:-1])
    return [part if isinstance(part, str) else json.dumps(part) for part in value]


def _quoted_parts(text: str) -> list[str]:
    parts, current, quote, escaped = [], "", "", False
    was_quoted = False
    for letter in text:
        if escaped:
            current, escaped = current + letter, False
        elif quote:
            if letter == "\\":
                escaped = True
            elif letter == quote:
                parts.append(current)
                current, quote, was_quoted = "", "", True
            else:
                current += letter
        elif letter in "'\"" and not current.strip():
            current, quote = "", letter
        elif letter == ",":
            if not was_quoted:
                parts.append(current)
            current, was_quoted = "", False
        else:
            current += letter
    if current.strip():
        parts.append(current)
    return parts
