"""A home for imports: the empty database of imports is made once and copied."""

import shutil
from pathlib import Path

import pytest

from schemas.values import Home
from warehouse import imports


@pytest.fixture(scope="session")
def empty_imports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of imports that has taken nothing."""
    home = Home(tmp_path_factory.mktemp("imports"))
    imports.store(home, [], "nothing")
    return home.imports


@pytest.fixture
def home(tmp_path: Path, empty_imports: Path) -> Home:
    """A home to import into."""
    found = Home(tmp_path / "home")
    found.root.mkdir()
    shutil.copy(empty_imports, found.imports)
    return found
