"""Talking to Spotify: the one transport, the client, tokens, sign-in and the one paging loop. Nothing here knows a table."""
