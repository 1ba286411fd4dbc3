"""The one door: ``python -m flows`` and its twin, the console script ``segue``."""

import os
import sys

from schemas.errors import SegueError

STOPPED = 130
"""What Typer makes of Ctrl-C."""


def main() -> None:
    """Run a command; an expected error is one line on stderr and its exit code, anything else a traceback."""
    from flows.cli.app import app
    from flows.talk import console

    os.umask(0o077)  # whatever a command writes, libraries' own files included, is for its owner only
    try:
        app()
    except SegueError as error:
        sys.stdout.flush()
        console.fail(str(error))
        sys.exit(error.exit_code)
    except SystemExit as ended:
        if ended.code == STOPPED:
            console.fail("stopped; nothing that was published or landed is lost")
        raise
    except BrokenPipeError:
        # the reader of our output went away, as `segue ... | head` does
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
