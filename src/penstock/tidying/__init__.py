"""Keeping what running leaves behind from growing without end.

Belongs here: what grows and how big it is, removing what has outlived its age, compacting the
warehouse. Does not belong here: taking data back (`loading/retract.py`).

Never removed: landed files, loaded rows, quarantined rows and the account of them. They are what a
figure is proved with.
"""
