"""Titles for comparison: what of them names the song, and what names the version or the pressing (patterns, no frames)."""

import polars as pl

from schemas.values import LETTERS

ANOTHER = (
    r"remix(?:ed)?|mix|rmx|live|unplugged|acoustic|instrumental|karaoke|demo|extended|orchestral|a cappella|acapella|sped up|"
    r"slowed|reverb|nightcore|vip|bootleg|mixed|dub|take|outtake|session|sessions|re-?recorded|rerecorded|alternate|ao vivo|"
    r"en vivo|en directo|taylor's|stripped|piano|rework|re-work|remake|recorded|english|spanish|spanglish|vers[aã]o|versión"
)
"""Words of another recording of a song."""

PRESSING = (
    r"remaster(?:ed)?|re-?master(?:ed)?|mastered|mono|stereo|deluxe|anniversary|edition|bonus track|album version|"
    r"single version|explicit|clean|original|from"
)
"""Words of another pressing, or another place, of the same recording."""

VERSION = rf"{ANOTHER}|{PRESSING}|edit|version|ver|bonus|radio|single|album|original|soundtrack|international|orchestra|vocal|refix"

SAME_CUT = (
    r"(?i)([\(\[]|\s[-–—~/]\s)\s*(?:original mix|radio edit|radio mix|radio version|soundtrack version|ep version|"
    r"single edit|album edit|short edit|clean edit)\b"
)
"""Cuts that are the recording itself where they are as long as it; a name before them is that of who made another mix."""

FEATURED = (
    r"(?i)\s*[\(\[]\s*(?:feat|ft|featuring|with|w/)\b\.?[^\)\]]*[\)\]]|\s+(?:-\s+)?(?:feat|ft|featuring)\b\.?\s.*$"
)

GUESTS = r"(?i)(?:[\(\[]\s*(?:feat|ft|featuring|with)|\s(?:feat|ft|featuring))\b\.?\s*([^\)\]]+?)\s*(?:[\)\]]|\s-\s|$)"

BETWEEN_GUESTS = r"(?i)[,&+;]|\b(?:and|feat|ft|featuring|with)\b\.?"

OWN = r"part|parts|pt|vol|volume|no|chapter|act|movement|medley|reprise|interlude|intro|outro|skit|commentary|[ivx]+|\d{1,3}"
"""Words and numbers in a bracket or after a dash that make it a song of its own."""

CENSORED = {
    r"(?i)\bf\*+c?k": "fuck",
    r"(?i)\bsh?\*+t": "shit",
    r"(?i)\bb\*+t?ch": "bitch",
    r"(?i)\bni?\*+(?:gg?)?a": "nigga",
}

GENERIC = (
    "intro",
    "outro",
    "interlude",
    "skit",
    "prelude",
    "untitled",
    "intermission",
    "hiddentrack",
    "reprise",
    "epilogue",
    "prologue",
)
"""Titles (as `key` gives them) that one artist gives to many songs; only the duration tells whether two are one."""

MARK = "\x01"


def key(titles: pl.Expr) -> pl.Expr:
    """Titles for comparison: compatible letters, no accents, no signs, no blanks, small, no article; one of signs alone stays."""
    spelt = titles
    for pattern, word in CENSORED.items():
        spelt = spelt.str.replace_all(pattern, word)
    bare = (
        spelt.str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.to_lowercase()
        .str.replace_many(LETTERS)
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"['’‘`´]", "")
        .str.replace_all(r"[^\p{L}\p{N}]+", " ")
        .str.replace_all(r"\bn\b", "and")
        .str.replace(r"^the (.)", "$1")
        .str.replace_all(" ", "", literal=True)
    )
    return pl.when(bare == "").then(titles.str.to_lowercase().str.strip_chars()).otherwise(bare)


def without_pressing(titles: pl.Expr) -> pl.Expr:
    """Titles without "feat. …" and without what only names the pressing: "(Live) [Remastered]" leaves "(Live)"."""
    marked = titles.str.replace_all(SAME_CUT, "${1}album version").str.replace_all(rf"(?i)\b({ANOTHER})\b", f"{MARK}$1")
    return _cut(titles, marked, rf"\b(?:{PRESSING})\b")


def guests(titles: pl.Expr) -> pl.Expr:
    """Who is named in titles as guests, as `key` gives each, in the order of the alphabet; empty for none."""
    named = titles.str.extract(GUESTS).str.replace_all(BETWEEN_GUESTS, MARK).str.split(MARK)
    return named.list.eval(key(pl.element())).list.sort().list.join(" ").str.strip_chars().fill_null("")


def without_version(titles: pl.Expr) -> pl.Expr:
    """Titles without "feat. …", a last word "Remix", and brackets and parts after a dash that name a version or a pressing."""
    return _cut(titles, titles, rf"\b(?:{VERSION})\b").str.replace(r"(?i)(.)\s+remix(?:ed)?$", "$1")


def stem(titles: pl.Expr) -> pl.Expr:
    """Titles without any bracket or part after a dash, but for those that make a song of its own (`OWN`)."""
    return _cut(titles, titles.str.replace_all(rf"(?i)\b({OWN})\b", f"{MARK}$1"), "")


def _cut(titles: pl.Expr, marked: pl.Expr, words: str) -> pl.Expr:
    """``titles`` as ``marked``, without the brackets and parts after a dash in which ``words`` stand and no mark."""
    bare = (
        marked.str.replace_all(FEATURED, "")
        .str.replace_all(rf"(?i)\s*[\(\[][^\)\]{MARK}]*{words}[^\)\]{MARK}]*[\)\]]", "")
        .str.replace_all(rf"(?i)\s+[-–—~/]\s+(?:\d{{4}}\s+[-–—]\s+)?[^-–—{MARK}]*{words}[^{MARK}]*$", "")
        .str.replace_all(MARK, "", literal=True)
    )
    return pl.when(bare.str.strip_chars() == "").then(titles).otherwise(bare)
