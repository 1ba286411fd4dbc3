"""Be the Prefect server of one night, until stdin ends: ``python -m flows.serving ADDRESS``.

A night waits for this process and keeps it to its end, so it imports nothing of ours, which would cost 26 MB and a sixth of a second.
"""

import signal
import sys
import threading


def serve(address: str) -> None:
    """Answer at ``address`` (on loopback) until whoever holds the other end of stdin is gone."""
    import uvicorn

    def follow() -> None:
        sys.stdin.buffer.read()
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=follow, daemon=True).start()
    port = int(address.rsplit(":", 1)[1].split("/")[0])
    uvicorn.run("prefect.server.api.server:create_app", factory=True, host="127.0.0.1", port=port, log_level="error")


if __name__ == "__main__":
    serve(sys.argv[1])
