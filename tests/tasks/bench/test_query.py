"""The benchmark of answers: every way is timed on a made file."""

from tasks.bench.query import answer_times


def test_every_way_is_timed_and_the_room_is_told() -> None:
    told, room = answer_times(tracks=300, top=10, questions=3)
    assert told["way"].to_list() == [
        "recommend, one song",
        "recommend, a list of 200 songs",
        "for-you, after one more like",
        "segue recommend, start to end",
    ]
    assert told.select("p50_ms", "p99_ms").min_horizontal().min() > 0
    assert 0 < room["neighbours"] < room["file"]
