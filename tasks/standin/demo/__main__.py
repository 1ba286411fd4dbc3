"""Write what Spotify sends to a person who asks for the own data, for the demo's listener, to try `segue import` on.

python -m tasks.standin.demo my_spotify_data.zip                                   # one year, some 6,000 rows
python -m tasks.standin.demo my_spotify_data.zip --days 3650 --sessions 9          # ten years, some 144,000 rows
python -m tasks.standin.demo somewhere --form account
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from tasks.standin.catalogue import bundled
from tasks.standin.demo import demo_account, demo_listening, write_account_data, write_endsong, write_history


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files and tell what is in them."""
    description, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tasks.standin.demo",
        description=description,
        epilog=rest,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("target", type=Path, help="a zip if it ends in .zip, else a folder")
    parser.add_argument("--form", choices=["extended", "endsong", "account"], default="extended")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--sessions", type=int, default=4, help="at most so many a day")
    asked = parser.parse_args(arguments)
    catalogue = bundled()
    listening = demo_listening(catalogue, days=asked.days, sessions=asked.sessions)
    match asked.form:
        case "extended":
            write_history(asked.target, listening.rows)
        case "endsong":
            write_endsong(asked.target, listening.rows)
        case "account":
            write_account_data(asked.target, listening.rows, demo_account(catalogue))
    print(f"{len(listening.rows)} rows")
    for name, times in sorted(listening.planted.items()):
        print(f"{name} {times}")


if __name__ == "__main__":
    main()
