"""The words: one pandera model per table, the errors, small values. Imports nothing of ours, and nothing on import.

``schemas.tables.TABLES`` lists the models; ``schemas.errors`` and ``schemas.values`` need neither pandera nor a database.
"""
