"""The demo: real songs, a simulated listener, and a service that misbehaves a little on purpose.

`taste` draws the listener's playlists, `listening` plays them for a year, `account` puts the account together.
"""

from tasks.standin.demo.account import DEMO_AT, DEMO_FAULTS, EXPIRE_TOKEN_AFTER, demo_account, demo_listening

__all__ = ["DEMO_AT", "DEMO_FAULTS", "EXPIRE_TOKEN_AFTER", "demo_account", "demo_listening"]
