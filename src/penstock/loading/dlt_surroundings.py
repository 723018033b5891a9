"""What dlt may know of the machine: nothing but what is told here.

Belongs here: dlt's configuration, and keeping it to that. Does not belong here: loading.

Left to itself, dlt obeys variables and files of the user's (`~/.dlt`), and tells its makers of
every load. Saying in its configuration that it shall not comes too late, since the first look at
that starts the telling. So a run context of our own stands there before the first look.
"""

import logging
from collections.abc import Mapping

from dlt.common import logger
from dlt.common.configuration.container import Container
from dlt.common.configuration.providers import CustomLoaderDocProvider
from dlt.common.configuration.providers.provider import ConfigProvider
from dlt.common.configuration.specs.pluggable_run_context import PluggableRunContext
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.common.runtime.run_context import RunContext
from dlt.pipeline import trace

_CONFIGURATION: Mapping[str, object] = {
    # No state of dlt is used: the ledger knows what is loaded.
    "restore_from_destination": False,
    # Completed packages would keep a second copy of every row that was ever loaded.
    "load": {"delete_completed_jobs": True},
    "extract": {"next_item_mode": "fifo"},
    "normalize": {"parquet_normalizer": {"add_dlt_load_id": True, "add_dlt_id": False}},
    "providers": {"enable_airflow_secrets": False},
}


def surround() -> None:
    """Give dlt its configuration; to be called before anything else is asked of dlt."""
    logger.LOGGER = logging.getLogger("dlt")
    logger.LOGGER.setLevel(logging.ERROR)
    # With nobody to send it to, dlt would still put together what it tells of the machine.
    trace.TRACKING_MODULES = []
    Container()[PluggableRunContext] = PluggableRunContext(_Surroundings(None))


class _Surroundings(RunContext):
    """A run context that reads nothing and starts nothing."""

    def initial_providers(self) -> list[ConfigProvider]:
        return [CustomLoaderDocProvider("penstock", lambda: dict(_CONFIGURATION))]

    def initialize_runtime(self, runtime_config: RuntimeConfiguration | None = None) -> None:
        """Start neither telemetry nor a client for HTTP, whose import takes .2 s."""

    @property
    def runtime_config(self) -> RuntimeConfiguration:
        return RuntimeConfiguration(dlthub_telemetry=False, dlthub_telemetry_endpoint=None)
