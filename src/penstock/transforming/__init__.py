"""Running dbt over the loaded rows.

Belongs here: which days to rebuild, running dbt in process, reading its results, the developer's
copy of the raw tables. Does not belong here: business rules (they are SQL, in `dbt/`).
"""
