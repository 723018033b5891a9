"""Getting files into `data/raw/`, whole or not at all.

Belongs here: partition names, atomic writing, content hashes, mappings of a user's own files,
the quarantine's files. Does not belong here: DuckDB, dlt, deciding which rows are good.
"""
