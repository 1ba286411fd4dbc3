"""Spotify as it is in 2026, and ReccoBeats beside it.

web/      talk: one client, one transport, tokens, limits, the one paging loop; knows no table
walk/     ask: what this app may ask, what is to be asked tonight, and every answer on disk before it is read
parse/    read: JSON objects in, frames of the tables out; knows no network
sign_in   a person signs in (PKCE) and is forgotten again; token_file is where that is remembered
"""
