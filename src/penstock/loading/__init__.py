"""From landed files to the raw tables: the gate, then dlt.

Belongs here: finding what is new, accepting or quarantining rows, the dlt pipeline, retraction,
which days a load made stale. Does not belong here: SQL transformations.
"""
