"""What a home holds is for its owner only: databases, pages, logs of libraries and all."""


def test_every_file_and_folder_is_for_its_owner_only(undisturbed) -> None:
    found = [path for path in undisturbed.homes[2].rglob("*") if path.stat().st_mode & 0o077]
    assert found == []
    assert (undisturbed.homes[2] / "landing").stat().st_mode & 0o777 == 0o700
    assert (undisturbed.homes[2] / "warehouse.duckdb").stat().st_mode & 0o777 == 0o600
