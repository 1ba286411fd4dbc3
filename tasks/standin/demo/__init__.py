"""The demo: real songs, a simulated listener, and a service that misbehaves a little on purpose.

`taste` draws the listener's playlists, `listening` plays them for a year, `account` puts the account together; `flaws` and
`history` make of the listening what Spotify sends to a person who asks for the own data.
"""

from tasks.standin.demo.account import (
    DEMO_AT,
    DEMO_FAULTS,
    EXPIRE_TOKEN_AFTER,
    demo_account,
    demo_listening,
    write_demo_history,
)
from tasks.standin.demo.history import write_account_data, write_endsong, write_history

__all__ = [
    "DEMO_AT",
    "DEMO_FAULTS",
    "EXPIRE_TOKEN_AFTER",
    "demo_account",
    "demo_listening",
    "write_account_data",
    "write_demo_history",
    "write_endsong",
    "write_history",
]
