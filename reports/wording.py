"""Numbers, dates and lists as people read them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Names in English whatever the machine's locale, Monday first."""

RULES = {
    r"not_nullable": "is missing",
    r"str_length\(1, None\)": "is empty",
    r"str_length\(1, (\d+)\)": r"is empty, or longer than \1 letters",
    r"str_matches\(.*?\)": "is not written in its form",
    r"isin\(\[(.*?)\]\)": r"is none of \1",
    r"greater_than\((.*?)\)": r"is not above \1",
    r"greater_than_or_equal_to\((.*?)\)": r"is below \1",
    r"less_than_or_equal_to\((.*?)\)": r"is above \1",
    r"is_boolean": "is neither yes nor no",
    r"is_finite_number": "is no number",
    r"is_whole_number": "is no whole number",
    r"is_date": "is no date",
    r"is_timestamp": "is no moment",
    r"is_text": "is no text",
    r"is_list_of_texts": "is no list of texts",
}
"""What the rules of the models say of a value that broke them."""


def count(number: float | None) -> str:
    """1234567 -> 1,234,567."""
    return "unknown" if number is None else f"{round(number):,}".replace("-", MINUS)


def spelled(number: int) -> str:
    """10 -> 'Ten', 12 -> '12': small numbers in words, as a heading begins with them."""
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")
    return words[number] if number < len(words) else count(number)


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """(1, 'song') -> '1 song', (1234, 'song') -> '1,234 songs', (0, 'song') -> 'no songs'."""
    many = plural or f"{noun}s"
    return f"no {many}" if number == 0 else f"{count(number)} {noun if number == 1 else many}"


def percent(share: float | None) -> str:
    """0.0834 -> '8 %', 0.004 -> '0.4 %'."""
    if share is None:
        return "unknown"
    digits = 1 if 0 < abs(share) < 0.0095 else 0
    return f"{share * 100:.{digits}f}{THIN}%".replace("-", MINUS)


def figure(number: float | None, digits: int = 3) -> str:
    """Return a decimal with a fixed number of digits, 'unknown' for nothing."""
    return "unknown" if number is None else f"{number:.{digits}f}".replace("-", MINUS)


def signed(number: float, digits: int = 2) -> str:
    """0.2 -> '+0.20'."""
    return f"{number:+.{digits}f}".replace("-", MINUS)


def change(number: int) -> str:
    """12 -> '+12', 0 -> '±0'."""
    return f"{number:+,}".replace("-", MINUS) if number else "±0"


def duration(seconds: float | None) -> str:
    """0.4 -> '0.4 s', 93 -> '1 min 33 s', 7293 -> '2 h 2 min'."""
    if seconds is None:
        return "unknown"
    if seconds < 60:
        return f"{seconds:.1f}{THIN}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{THIN}min {rest}{THIN}s"
    return f"{minutes // 60}{THIN}h {minutes % 60}{THIN}min"


def day(moment: date) -> str:
    """'Sunday, 22 November 2026'."""
    return f"{WEEKDAYS[moment.weekday()]}, {moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def clock(moment: datetime) -> str:
    """'03:04 UTC'."""
    return f"{moment:%H:%M} UTC"


def listed(words: Iterable[str]) -> str:
    """['a', 'b', 'c'] -> 'a, b and c'."""
    *most, last = [*words] or ["nothing"]
    return f"{', '.join(most)} and {last}" if most else last


def clipped(text: str, length: int) -> str:
    """Return the text, cut at a word with an ellipsis where it is longer than `length`."""
    flat = " ".join(text.split())
    if len(flat) <= length:
        return flat
    head = flat[: length - 1]
    return (head.rsplit(" ", 1)[0] if " " in head[length // 2 :] else head).rstrip(" ,;:-") + "…"


def fitting(sentences: Sequence[str], length: int) -> str:
    """Return the first sentence, and those after it that fit whole into `length`; only the first is ever clipped."""
    told = clipped(sentences[0], length) if sentences else ""
    for sentence in sentences[1:]:
        if len(more := f"{told}; {sentence}") > length:
            break
        told = more
    return told


def in_words(rule: str) -> str:
    """'name: not_nullable; tempo: greater_than(0)' -> 'name is missing; tempo is not above 0'; what is said in words stays."""
    for pattern, words in RULES.items():
        rule = re.sub(rf"(?<=\w): {pattern}(?=; |$)", f" {words}", rule)
    return rule
