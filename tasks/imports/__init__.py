"""The person's own files: catalogues, playlists, streaming histories and account exports, recognised by content.

``importing.import_paths`` is the door. ``files`` opens containers and reads formats; ``headings``, ``quantities`` and
``names`` know how public data sets write things; ``catalogue``, ``playlists``, ``history`` and ``account`` turn what was
read into tables; ``unify`` joins what only names identify to the songs that have ids.
"""
