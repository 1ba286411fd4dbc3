"""A stand-in for the Spotify accounts service, the Web API and ReccoBeats, on loopback: for the demo and for tests.

    with StandIn(profile="dev_2026", catalogue=catalogue, account=account, clock=time.time) as spotify:
        spotify.api_url            # http://127.0.0.1:PORT/v1            -> SPOTIFY_API_URL
        spotify.accounts_url       # http://127.0.0.1:PORT               -> SPOTIFY_ACCOUNTS_URL; /authorize, /api/token
        spotify.reccobeats_url     # http://127.0.0.1:PORT/reccobeats    -> RECCOBEATS_API_URL
        spotify.client_id, spotify.client_secret, spotify.refresh_token
        spotify.requests           # [Request(method, path, query, status, at)], in the order in which they were answered
        spotify.count("/v1/playlists/*/items")
        spotify.account.saved.insert(0, Saved(song("New", "Somebody")))      # the account may change between runs

Without arguments it serves `sample_catalogue()` and `sample_account()`, eight songs. `StandIn.demo()` is the demo source:
the bundled catalogue, its simulated listener, and a little trouble on purpose.

| to make                        | see                                                                        |
|--------------------------------|----------------------------------------------------------------------------|
| songs and a catalogue          | `song("Name", "Artist", album=…, isrc=…, features=None)`, `Catalogue([…])` |
| an account                     | `Account.of(catalogue, playlists={"Morning": ["Name", None]}, saved=[…])`  |
| any setting of the service     | `tasks.standin.switches.Switches`: each is a keyword of `StandIn`          |
| wrong answers, scripted        | `tasks.standin.faults`: `faults=[on("/v1/me/tracks", rate_limited(2))]`    |
| one strange field of an object | `odd={"images": None}` of Track, Album, Artist, Playlist and Entry         |
| every known kind of dirty data | `tasks.standin.dirt`                                                       |
| what each kind of app may see  | `tasks.standin.profiles`                                                   |

What is not known of the real service is chosen here and said so where it is chosen. Not modelled: writing, markets,
`fields=`, shows and audiobooks, conditional requests.
"""

from tasks.standin.account import Account, Entry, Play, Playlist, Saved, User
from tasks.standin.catalogue import Album, Artist, Catalogue, Track, bundled, song
from tasks.standin.sample import sample_account, sample_catalogue
from tasks.standin.server import Request, StandIn

__all__ = [
    "Account",
    "Album",
    "Artist",
    "Catalogue",
    "Entry",
    "Play",
    "Playlist",
    "Request",
    "Saved",
    "StandIn",
    "Track",
    "User",
    "bundled",
    "sample_account",
    "sample_catalogue",
    "song",
]
