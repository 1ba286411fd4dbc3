"""The stages of a night by name, and which of them a night goes through; nothing is loaded, so that a typo is told at once."""

from enum import StrEnum

from schemas.errors import SettingsError


class Stage(StrEnum):
    """What a night works out, in order; ``--from`` and ``--only`` take these names. Gate, report and publish always follow."""

    extract = "extract"
    validate = "validate"
    imports = "imports"
    feedback = "feedback"
    retention = "retention"
    identity = "identity"
    similarity = "similarity"
    atlas = "atlas"
    evaluate = "evaluate"
    for_you = "for_you"
    profile = "profile"


FIRST = Stage.extract
REPLAY = Stage.validate
"""Begins with the pages that have landed, where ``FIRST`` asks for them."""


def chosen(from_stage: str = "", only: str = "") -> list[Stage]:
    """The stages of a night in order: all, those from ``from_stage`` on, or ``only`` one, after which the tables are profiled.

    Raises:
        SettingsError: a name that is none, or both at once.
    """
    stages = list(Stage)
    for option, stage in (("--from", from_stage), ("--only", only)):
        if stage and stage not in stages:
            raise SettingsError(f"there is no stage {stage!r} for {option}: choose one of {', '.join(stages)}")
    if from_stage and only:
        raise SettingsError("--from and --only say different things: give one of them")
    if only == REPLAY:
        raise SettingsError(f"--only {REPLAY} would leave tables that do not fit each other: use --from {REPLAY}")
    stages.remove(FIRST if from_stage == REPLAY else REPLAY)
    if only:
        return [stage for stage in stages if stage in (only, Stage.profile)]
    return stages[stages.index(Stage(from_stage or FIRST)) :]
