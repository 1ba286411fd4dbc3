"""The house rules of design.md section 1, as tests: the arrow goes down only, and each library has one home."""

import ast
import subprocess
import sys
from importlib.metadata import packages_distributions
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("flows", "tasks", "warehouse", "reports", "schemas")

MAY_IMPORT = {
    "flows": {"flows", "tasks", "warehouse", "reports", "schemas"},
    "tasks": {"tasks", "warehouse", "reports", "schemas"},
    "warehouse": {"warehouse", "schemas"},
    "reports": {"reports", "schemas"},
    "schemas": {"schemas"},
}

HOMES = {
    "prefect": {"flows", "tasks"},
    "typer": {"flows"},
    "rich": {"flows"},
    "dotenv": {"flows"},
    "requests": {"tasks"},
    "sklearn": {"tasks"},
    "scipy": {"tasks"},
    "sparse_dot_topn": {"tasks"},
    "duckdb": {"warehouse"},
    "altair": {"reports"},
    "vl_convert": {"reports"},
    "jinja2": {"reports"},
    "pandera": {"schemas", "tasks/validate.py"},
}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Top-level names that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_from_the_rooms_below_it(room: str) -> None:
    for path in modules(room):
        ours = imports(path) & set(ROOMS)
        assert ours <= MAY_IMPORT[room], f"{path.relative_to(ROOT)} imports {sorted(ours - MAY_IMPORT[room])}"


def test_only_the_command_line_goes_past_the_tasks() -> None:
    for path in modules("flows"):
        if "cli" not in path.parts:
            assert not imports(path) & {"warehouse", "reports"}, path.relative_to(ROOT)


def test_the_server_that_a_night_waits_for_imports_nothing_of_ours() -> None:
    code = "import sys, flows.serving, uvicorn; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) & {*ROOMS, *HOMES} == {"flows"}


def test_every_library_stays_in_its_home() -> None:
    strays = [
        f"{path.relative_to(ROOT)} imports {library}"
        for room in ROOMS
        for path in modules(room)
        for library in imports(path) & set(HOMES)
        if room not in HOMES[library] and str(path.relative_to(ROOT)) not in HOMES[library]
    ]
    assert strays == []


def test_prefect_stays_out_of_the_tools() -> None:
    """Only the steps of the night know Prefect; tools and mathematics are plain functions."""
    strays = [
        str(path.relative_to(ROOT))
        for path in modules("tasks")
        if "prefect" in imports(path) and path.parent != ROOT / "tasks" / "night"
    ]
    assert strays == []


def test_the_environment_is_read_in_one_module() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in modules(room)
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") and ast.unparse(node.value) == "os"
            for node in ast.walk(ast.parse(path.read_text()))
        )
    ]
    assert readers == ["flows/settings.py"]


def docstrings(tree: ast.Module) -> set[ast.expr]:
    """Nodes that are the docstring of a module, class or function."""
    homes = (ast.Module, ast.ClassDef, ast.FunctionDef)
    firsts = [node.body[0] for node in ast.walk(tree) if isinstance(node, homes) and node.body]
    return {first.value for first in firsts if isinstance(first, ast.Expr)}


def test_sql_lives_in_the_warehouse() -> None:
    """No string outside warehouse/ reads like a statement, but for docstrings and the help of `segue sql`."""
    statements = ("select ", "insert ", "create ", "delete ", "update ", "with ", "merge ", "copy ")
    strays = []
    for room in ("flows", "tasks", "reports", "schemas"):
        for path in modules(room):
            tree = ast.parse(path.read_text())
            for node in set(ast.walk(tree)) - docstrings(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    text = node.value.strip().lower()
                    if text.startswith(statements) and " from " in text and "segue sql" not in text:
                        strays.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert strays == []


def test_no_flow_module_is_named_like_something_that_it_would_hide() -> None:
    """Prefect's path entrypoint puts flows/ first on sys.path, so a stem there hides any module of that name."""
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__", "__main__"}
    assert stems & (set(ROOMS) | set(sys.stdlib_module_names) | set(packages_distributions())) - set(ROOMS) == set()
    assert stems & set(ROOMS) == set()


def test_a_room_with_more_than_about_ten_modules_has_alcoves() -> None:
    crowded = {
        str(folder.relative_to(ROOT)): len(list(folder.glob("*.py")))
        for room in ROOMS
        for folder in [ROOT / room, *(ROOT / room).rglob("*")]
        if folder.is_dir() and len([path for path in folder.glob("*.py") if path.stem != "__init__"]) > 14
    }
    assert crowded == {}


@pytest.mark.parametrize("room", ROOMS)
def test_our_rooms_are_ours_and_not_another_package_of_that_name(room: str) -> None:
    spec = find_spec(room)
    assert spec is not None
    assert spec.origin is not None
    assert Path(spec.origin).parent == ROOT / room


def test_answering_a_question_imports_nothing_heavy() -> None:
    """`segue recommend` must answer in a blink: no Prefect, scikit-learn, altair or pandera on its path."""
    code = "import sys, flows.cli.app, warehouse.query, warehouse.for_you; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"prefect", "sklearn", "scipy", "altair", "pandera", "vl_convert", "requests"}
    assert set(loaded.stdout.split()) & heavy == set()
