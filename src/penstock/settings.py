"""Settings: the one place that reads the environment.

Belongs here: every `PENSTOCK_*` variable (or `.env` line) and the paths derived from them.
Does not belong here: any behaviour; opening files; defaults of a single product's formulas.

Relative paths resolve from the repository root, so that the command line, the dbt CLI and an
orchestrator see the same files wherever they are started; `~` is the home directory. An empty
variable counts as not set.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from secrets import token_hex
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from penstock.errors import PenstockError

REPOSITORY_ROOT = Path(__file__).resolve().parents[2]
STORAGE_VERSION = "v1.5.0"
"""Format of a new working warehouse: DuckDB opens it, and writes its checkpoint, in a fraction of
the time that the oldest format takes. Older files keep theirs until they are compacted."""
_PREFIX = "PENSTOCK_"


class SettingsError(PenstockError):
    """A variable of the environment, or of `.env`, that cannot be what it says."""


class Settings(BaseSettings):
    """Where things are and how much the engines may use. Frozen: read once, handed down."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=REPOSITORY_ROOT / ".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
    )

    data_dir: Path = Field(Path("data"), description="Root of everything that running makes.")
    raw_dir: Path = Field(Path(), description="Landed Parquet files. Default: <data>/raw.")
    warehouse_dir: Path = Field(
        Path(), description="DuckDB files, ledgers, locks. Default: <data>/warehouse."
    )
    releases_dir: Path = Field(Path(), description="Sealed releases. Default: <data>/releases.")
    quarantine_dir: Path = Field(
        Path(), description="Rows and files that were refused. Default: <data>/quarantine."
    )
    reference_dir: Path = Field(
        REPOSITORY_ROOT / "data" / "reference",
        description="Portfolio and mappings kept in the repository, whatever the data directory.",
    )
    duckdb_memory_limit: str = Field("4GB", description="DuckDB memory_limit.")
    duckdb_threads: int = Field(2, ge=1, description="DuckDB threads.")
    duckdb_temp_directory: Path = Field(
        Path(), description="Where DuckDB spills. Default: <warehouse>/tmp."
    )
    parses_dir: Path = Field(
        Path(),
        description="Where dbt keeps what it has parsed; data directories may share it. Default: "
        "<warehouse>.",
    )
    lock_wait_seconds: float = Field(
        30.0,
        ge=0,
        description="How long a writer waits for another, or for a reader of its file, in seconds.",
    )
    first_day: date | None = Field(
        None,
        description="First daily partition. Default: first of the first landed month.",
    )
    settle_seconds: float = Field(
        60.0,
        ge=0,
        description="How long a dropped file may be unreadable before it counts as broken, not as "
        "being written.",
    )
    quarantine_warn_pct: float = Field(
        0.0, ge=0, le=100, description="Share of refused rows in a load above which it warns."
    )
    row_count_floor_pct: float = Field(
        80.0,
        ge=0,
        le=100,
        description="Rows per day of a load, as a share of the load before, below which it warns.",
    )
    keep_history_days: int = Field(
        365, ge=1, description="Days `tidy` keeps ended runs and alerts, and the UI its runs."
    )
    keep_retracted_days: int = Field(
        365, ge=1, description="Days `tidy` keeps the files of retracted deliveries."
    )
    keep_work_days: int = Field(
        14, ge=1, description="Days `tidy` keeps what the engines leave behind: packages, logs."
    )
    alert_webhook_url: SecretStr | None = Field(
        None, description="Where alerts are posted as JSON; without it they are only logged."
    )
    releases_kept: int = Field(
        30, ge=1, description="Newest releases that `penstock releases prune` keeps."
    )
    signing_key_file: Path | None = Field(
        None, description="Ed25519 private key (PEM) that signs releases; unset: they are not."
    )
    openlineage_config: Path | None = Field(
        None,
        description="OpenLineage's own configuration (YAML) of a collector that is told what runs "
        "do; unset: events are only kept with the run.",
    )
    renewable_source: Literal["mock", "files"] = Field(
        "mock", description="Whether `run renewable` makes mock data or takes landed files only."
    )
    renewable_mock_clean: bool = Field(
        default=False, description="Whether a new mock world is without planted faults."
    )
    sales_source: Literal["mock", "files"] = Field(
        "mock", description="Whether `run sales` makes mock data where nothing has been received."
    )
    sales_drop_dir: Path = Field(
        Path(),
        description="Where drops of CRM and ERP arrive. Default: <data>/drop/sales.",
    )

    marketing_source: Literal["mock", "files"] = Field(
        "mock", description="Whether `run marketing` makes mock data for tenants without real ones."
    )
    marketing_drop_dir: Path = Field(
        Path(),
        description="Where tenants' tables arrive, in <tenant>/<connector>/. Default: "
        "<data>/drop/marketing.",
    )

    @field_validator("alert_webhook_url")
    @classmethod
    def _is_web_address(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not url.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("expected an address that begins with https:// or http://")
        return url

    @model_validator(mode="after")
    def _resolve_paths(self) -> Self:
        """Fill unset paths from `data_dir` and make every path absolute."""
        data = _absolute(self.data_dir)
        derived = {
            "data_dir": data,
            "raw_dir": data / "raw",
            "warehouse_dir": data / "warehouse",
            "releases_dir": data / "releases",
            "quarantine_dir": data / "quarantine",
            "reference_dir": REPOSITORY_ROOT / "data" / "reference",
            "sales_drop_dir": data / "drop" / "sales",
            "marketing_drop_dir": data / "drop" / "marketing",
        }
        for name, default in derived.items():
            given: Path = getattr(self, name)
            _set(self, name, _absolute(given) if given != Path() else default)
        for name in ("signing_key_file", "openlineage_config"):
            chosen: Path | None = getattr(self, name)
            if chosen is not None:
                _set(self, name, _absolute(chosen))
        for name, default in (
            ("duckdb_temp_directory", self.warehouse_dir / "tmp"),
            ("parses_dir", self.warehouse_dir),
        ):
            set_to: Path = getattr(self, name)
            _set(self, name, _absolute(set_to) if set_to != Path() else default)
        return self

    @property
    def duckdb_limits(self) -> dict[str, str]:
        """What DuckDB may use, whichever file it opens."""
        return {
            "memory_limit": self.duckdb_memory_limit,
            "threads": str(self.duckdb_threads),
            "temp_directory": str(self.duckdb_temp_directory),
        }

    @property
    def duckdb_config(self) -> dict[str, str | bool]:
        """What a working warehouse is opened with, here as in dbt's profile."""
        return {
            **self.duckdb_limits,
            "preserve_insertion_order": False,
            "storage_compatibility_version": STORAGE_VERSION,
        }

    @property
    def alerts_file(self) -> Path:
        """Every alert, one JSON object per line."""
        return self.data_dir / "alerts.jsonl"

    @property
    def runs_dir(self) -> Path:
        """One folder per run: its log, and the evidence if it failed."""
        return self.data_dir / "runs"

    @property
    def reports_dir(self) -> Path:
        """HTML reports of the working warehouse."""
        return self.data_dir / "reports"


def read_settings() -> Settings:
    """The settings of this process.

    Raises: SettingsError naming each variable, its value and what was expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = [
            f"{_PREFIX}{str(one['loc'][0]).upper()}={one['input']}: {one['msg']}"
            for one in error.errors()
        ]
        message = "\n".join([*wrong, "Mend the variable, or its line in .env (see .env.example)."])
        raise SettingsError(message) from error


def new_run_id(*, at: datetime | None = None, token: str | None = None) -> str:
    """Identity of one run, `YYYYMMDDTHHMMSSZ-<8 hex>`: sorts by time, unique by chance.

    A run that has an identity elsewhere gives its time (UTC) and a token of 8 hex digits.
    """
    return f"{(at or datetime.now(UTC)):%Y%m%dT%H%M%SZ}-{token or token_hex(4)}"


def _absolute(path: Path) -> Path:
    return (REPOSITORY_ROOT / path.expanduser()).resolve()


def _set(settings: Settings, name: str, value: Path) -> None:
    # The model is frozen for its users; its own validator completes it once.
    object.__setattr__(settings, name, value)
