"""What a run tells other tools of its work: OpenLineage events.

Belongs here: what an event says and where it goes. Does not belong here: what counts as work (the
rooms say it); the log for people (`run_log.py`).

    <data>/runs/<run_id>/openlineage.jsonl    one event a line: START, then COMPLETE or FAIL

A job is `<product>.<room>`, a data set `<product>.<place>.<table>`; places are `landed`, `raw`,
`quarantined`, the warehouse's layers and `released`. A START that nothing follows is a run that
was killed.
"""
