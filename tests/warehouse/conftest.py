"""What the tests of the warehouse share: an empty home."""

from pathlib import Path

import pytest

from schemas.values import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / 'segue home\'s "data"')
