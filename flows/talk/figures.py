"""Measured figures for people: a table a question, a line an algorithm, a column a metric."""

import polars as pl

from flows.talk.console import print_frame

TASKS = {"list": "To continue a list", "song": "What belongs with a song"}
VIEWS = {
    "warm": "warm: hidden songs that another visible list holds",
    "all": "all hidden songs",
    "cold": "cold: hidden songs that no visible list holds",
}
HEADLINE = "ndcg@10"
FOUND = ("ndcg@100", "recall@100", "r-precision", "hit@10")
"""How much of what was hidden is found."""
VARIETY = ("coverage@10", "novelty@10", "ild@10", "popularity_bias@10", "hubness@10")
"""What the first ten places hold, whatever was hidden."""


def print_figures(figures: pl.DataFrame) -> None:
    """Print ``figures`` [task, split, view, metric, algorithm, value, low, high, cases] on stdout.

    Algorithms that were asked the same stand beside each other, the best first, with 95 % bounds of the headline metric;
    what is known of one alone (of the published lists and their reasons) comes last.
    """
    asked = ["task", "split"]
    is_alone = pl.col("algorithm").n_unique().over(asked) == 1
    for (task, split), part in figures.filter(~is_alone).group_by(asked, maintain_order=True):
        of = f"{TASKS[str(task)]}, {split}"
        for view, told in VIEWS.items():
            headline = part.filter(view=view, metric=HEADLINE).select(
                "algorithm", pl.col("value").alias(HEADLINE), "low", "high", pl.col("^ratio.*$"), "cases"
            )
            if not headline.is_empty():
                rest = _beside(part.filter(view=view), FOUND)
                best_first = headline.join(rest, on="algorithm", how="left").sort(
                    HEADLINE, "algorithm", descending=[True, False], nulls_last=True
                )
                print_frame(best_first.select(pl.exclude("cases"), "cases"), title=f"{of}; {told}")
        variety = _beside(part.filter(view="all"), VARIETY)
        if variety.width > 1:
            print_frame(variety, title=f"{of}; what the first ten places hold")
    alone = figures.filter(is_alone)
    if not alone.is_empty():
        columns = ("metric", "value", "low", "high", "cases", "task")
        print_frame(alone.select(*columns, of="split"), title="The published night")


def _beside(figures: pl.DataFrame, metrics: tuple[str, ...]) -> pl.DataFrame:
    """A line an algorithm, a column a metric, as far as there are figures."""
    told = figures.filter(pl.col("metric").is_in(metrics)).pivot("metric", index="algorithm", values="value")
    return told.select("algorithm", *(name for name in metrics if name in told.columns))
