"""The rolling rate limit, its penalty, and the quota of a day, on a clock that passes when told."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

TOO_OFTEN = {"error": {"status": 429, "message": "API rate limit exceeded"}}
OVER_QUOTA = {"error": {"status": 429, "message": "Too many requests", "reason": "QUOTA_EXCEEDED"}}


def statuses(guest, times):
    return [guest.get("/me").status_code for _ in range(times)]


def test_so_many_requests_in_so_many_seconds(serve, clock):
    guest = serve(clock=clock, rate_limit=(3, 30), retry_after=7)
    assert statuses(guest, 3) == [200, 200, 200]
    answer = guest.get("/me")
    assert (answer.status_code, answer.json(), answer.headers["Retry-After"]) == (429, TOO_OFTEN, "7")
    clock.now += 5
    assert guest.get("/me").headers["Retry-After"] == "2"
    clock.now += 2
    assert statuses(guest, 3) == [200, 200, 200]


def test_the_window_rolls(serve, clock):
    guest = serve(clock=clock, rate_limit=(2, 30))
    assert statuses(guest, 2) == [200, 200]
    clock.now += 30
    assert statuses(guest, 3) == [200, 200, 429]


def test_retry_after_as_a_date_or_not_at_all(serve, clock):
    dated = serve(clock=clock, rate_limit=(1, 30), retry_after=3600, retry_after_form="date")
    dated.get("/me")
    told = parsedate_to_datetime(dated.get("/me").headers["Retry-After"])
    assert told == datetime.fromtimestamp(clock.now + 3600, UTC)
    silent = serve(clock=clock, rate_limit=(1, 30), retry_after_form="missing")
    silent.get("/me")
    answer = silent.get("/me")
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)


def test_asking_on_makes_the_penalty_grow(serve, clock):
    guest = serve(clock=clock, rate_limit=(1, 30), retry_after=10, penalty_growth=2)
    guest.get("/me")
    assert [guest.get("/me").headers["Retry-After"] for _ in range(3)] == ["10", "20", "40"]
    clock.now += 40
    assert statuses(guest, 1) == [200]


def test_a_quota_lasts_a_day(serve, clock):
    guest = serve(clock=clock, quota=2)
    assert statuses(guest, 2) == [200, 200]
    answer = guest.get("/me")
    assert (answer.status_code, answer.json(), "Retry-After" in answer.headers) == (429, OVER_QUOTA, False)
    clock.now += 86_400
    guest.token = guest.ask_token(grant_type="refresh_token", refresh_token=guest.spotify.refresh_token)
    assert statuses(guest, 1) == [200]


def test_neither_tokens_nor_images_nor_refused_tokens_count(serve):
    guest = serve(quota=1)
    good, guest.token = guest.token, "rubbish"
    assert statuses(guest, 3) == [401, 401, 401]
    guest.plain("/image/x/64.png")
    guest.token = good
    assert statuses(guest, 2) == [200, 429]
