"""Nothing of a person is left in a text or a page; what is equal stays equal."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.upkeep.redaction import VERBATIM, Redactor

NAMES = ["Grandma's polka", "Ænima", "Numb", "(What's the Story) Morning Glory?", "a.*b+", "Air"]


def test_names_ids_addresses_and_secrets_go_from_a_text() -> None:
    redactor = Redactor(NAMES, never=["s3cret"])
    told = redactor.text(
        "Grandma's polka: HTTP 404 at /playlists/37i9dQZF1DXcBWIGoYBM5M of me@example.org with s3cret; Numbers; Ænima, a.*b+, Air"
    )
    for gone in ("Grandma", "37i9", "example.org", "s3cret", "Ænima", "a.*b+"):
        assert gone not in told
    assert told.startswith(f"{redactor.digest(NAMES[0])}: HTTP 404 at /playlists/~")
    assert told.endswith("Air")  # too short to be told from a word
    assert "Numbers" in told


def test_a_page_keeps_its_structure_and_its_numbers() -> None:
    redactor = Redactor()
    page = {
        "items": [{"track": {"id": "abc", "name": "Numb", "type": "track", "duration_ms": 1, "explicit": False}}],
        "next": None,
        "total": 1,
        "someone": "abc",
        "Wizzler's id": "",
    }
    secret = redactor.digest("abc")
    assert redactor.page(page) == {
        "items": [
            {
                "track": {
                    "id": secret,
                    "name": redactor.digest("Numb"),
                    "type": "track",
                    "duration_ms": 1,
                    "explicit": False,
                }
            }
        ],
        "next": None,
        "total": 1,
        "someone": secret,
        redactor.digest("Wizzler's id"): "",
    }


def test_the_path_of_a_request_keeps_its_words() -> None:
    redactor = Redactor()
    assert redactor.path("/playlists/wizzler1/items") == f"/playlists/{redactor.digest('wizzler1')}/items"
    assert redactor.answer("HTTP 404 at /users/wizzler: no") == (
        f"HTTP 404 at /{redactor.digest('users')}/{redactor.digest('wizzler')}: no"
    )


def test_two_bundles_cannot_be_compared() -> None:
    assert Redactor().digest("Numb") != Redactor().digest("Numb")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(min_size=10, max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def shape(value: Any) -> Any:
    """A document without its texts."""
    if isinstance(value, dict):
        return [shape(inner) for inner in value.values()]
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return "" if isinstance(value, str) else value


def texts(value: Any, key: str = "") -> set[str]:
    """Every text of a document but those of a kind."""
    if isinstance(value, dict):
        return {found for name, inner in value.items() for found in texts(inner, name)}
    if isinstance(value, list):
        return {found for inner in value for found in texts(inner, key)}
    return {value} if isinstance(value, str) and key not in VERBATIM else set()


@settings(max_examples=50, deadline=None)
@given(JSON)
def test_no_text_of_a_page_gets_through(page: Any) -> None:
    redacted = Redactor().page(page)
    assert shape(redacted) == shape(page)
    assert texts(page) & texts(redacted) == set()
