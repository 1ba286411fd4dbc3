"""The colours: each has a name, a light and a dark value. Charts are drawn in the light ones; pages swap them by name."""

import json
import re

COLOURS: dict[str, tuple[str, str]] = {
    # surfaces and text; text on paper and on faint keeps a contrast of at least 4.5 in both themes
    "paper": ("#fbf9f4", "#161512"),
    "faint": ("#f1ede3", "#211f1b"),
    "rule": ("#d8d2c5", "#3b3832"),
    "ink": ("#1c1a17", "#ece8df"),
    "muted": ("#5e5950", "#aaa398"),
    "accent": ("#9b2d2d", "#f0938b"),
    "context": ("#8d867b", "#8b8579"),
    # what a score is made of, and any other set of kinds
    "audio": ("#1f6d89", "#69b7d2"),
    "metadata": ("#a05710", "#e39d56"),
    "collaborative": ("#4c7022", "#9dc16b"),
    "adjustments": ("#79498b", "#c59cd6"),
    "kind5": ("#9c3040", "#ea8d97"),
    "kind6": ("#566170", "#a5b0bc"),
    "kind7": ("#7d6c0c", "#d2bf58"),
    "kind8": ("#24735d", "#6fc4aa"),
    # little to much, six steps
    "much1": ("#e7efec", "#1d2827"),
    "much2": ("#c4dcd8", "#224341"),
    "much3": ("#95c2bf", "#2a6260"),
    "much4": ("#5fa0a2", "#37837f"),
    "much5": ("#307b81", "#55aaa4"),
    "much6": ("#10545d", "#93dbd2"),
    # below, around and above the middle, seven steps
    "below3": ("#94540d", "#eaa95c"),
    "below2": ("#cb9554", "#aa7530"),
    "below1": ("#e9d2b0", "#56452a"),
    "middle": ("#efebe2", "#292722"),
    "above1": ("#bdd9d7", "#27484a"),
    "above2": ("#6ba9ac", "#3d8488"),
    "above3": ("#1b6772", "#7acbcd"),
}
"""name -> (light, dark). Every light value is used once, so that it can be found again in a finished chart."""


def light(name: str) -> str:
    """Return the light value of a colour."""
    return COLOURS[name][0]


INK, MUTED, RULE, CONTEXT, ACCENT, PAPER = (
    light(name) for name in ("ink", "muted", "rule", "context", "accent", "paper")
)
ADDENDS = {name: light(name) for name in ("audio", "metadata", "collaborative", "adjustments")}
KINDS = [*ADDENDS.values(), *(light(f"kind{n}") for n in range(5, 9))]
MUCH = [light(f"much{n}") for n in range(1, 7)]
DIVERGING = [light(name) for name in ("below3", "below2", "below1", "middle", "above1", "above2", "above3")]

_NAME_OF = {values[0]: name for name, values in COLOURS.items()}


def name_of(colour: str) -> str:
    """Return the name of a light value."""
    return _NAME_OF[colour]


def themed(spec: dict[str, object]) -> dict[str, object]:
    """Return a chart's specification with every colour of ours replaced by its CSS variable, so that the page's theme rules."""
    text = json.dumps(spec, ensure_ascii=False)
    named = re.sub(r'"(#[0-9a-f]{6})"', lambda m: f'"var(--{_NAME_OF[m[1]]})"' if m[1] in _NAME_OF else m[0], text)
    return json.loads(named)


def css_variables(theme: int) -> str:
    """Return the CSS declarations of one theme: 0 is light, 1 is dark."""
    return "".join(f"--{name}:{values[theme]};" for name, values in COLOURS.items())
