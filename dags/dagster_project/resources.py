"""Resources: what every step is handed.

Belongs here: handing the settings on. Does not belong here: reading the environment
(`penstock.settings` does).
"""

from collections.abc import Mapping

import dagster as dg

from penstock.settings import Settings

SettingsResource = dg.ResourceParam[Settings]
"""Annotation of a step's argument `settings`."""


def resources(settings: Settings) -> Mapping[str, object]:
    """Resources by the name of the argument that takes them."""
    return {"settings": dg.ResourceDefinition.hardcoded_resource(settings)}
