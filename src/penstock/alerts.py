"""Alerts: what somebody has to be told, and telling it.

Belongs here: the form of an alert, logging it, keeping it, posting it. Does not belong here:
deciding that something is wrong (a product's watches, whoever runs the rooms).
"""

import json
import logging
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime

from penstock.errors import PenstockError
from penstock.settings import Settings

_log = logging.getLogger(__name__)
_TIMEOUT_SECONDS = 10


class AlertError(PenstockError):
    """The webhook did not take an alert; the alert itself is logged and kept."""


@dataclass(frozen=True)
class Alert:
    """One thing to be told: `title` in one line, `text` with what to do, `figures` as numbers.

    `key` names the occurrence (an asset and a day, a run): it is told once.
    """

    kind: str
    key: str
    title: str
    text: str
    figures: Mapping[str, float | int | str | None] = field(default_factory=dict)


def run_failed(
    *,
    job: str,
    run: str,
    days: tuple[date, date],
    reasons: Mapping[str, str],
    tenant: str | None = None,
) -> Alert:
    """The alert of a run that failed; `reasons` by step."""
    first, last = days
    span = str(first) if first == last else f"{first} to {last}"
    return Alert(
        kind="run_failed",
        key=run,
        title=f"{job} failed for {span}" + (f", tenant {tenant}" if tenant else ""),
        text="\n".join([*(f"{step}: {why}" for step, why in reasons.items()), f"run: {run}"]),
    )


def send(alert: Alert, settings: Settings) -> None:
    """Log the alert, append it to `<data>/alerts.jsonl`, and post it if a webhook is configured.

    The body is a JSON object: the alert's fields, `at`, and `text` as chat services show it.

    Raises: AlertError when the webhook cannot be reached or refuses.
    """
    _log.warning("%s: %s", alert.title, alert.text)
    body = {**asdict(alert), "at": f"{datetime.now(UTC):%FT%TZ}"}
    settings.alerts_file.parent.mkdir(parents=True, exist_ok=True)
    with settings.alerts_file.open("a", encoding="utf-8") as file:
        file.write(json.dumps(body, default=str) + "\n")
    if settings.alert_webhook_url is not None:
        shown = {**body, "text": f"{alert.title}\n{alert.text}"}
        _post(settings.alert_webhook_url.get_secret_value(), shown)


def _post(url: str, body: Mapping[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310 - settings admit http and https only
        url,
        data=json.dumps(body, default=str).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # noqa: S310 - as above
            return
    except (urllib.error.URLError, OSError) as error:
        # The address may hold a secret: it is not repeated.
        message = (
            f"the alert webhook did not take the alert ({error}); it is kept in alerts.jsonl: "
            "mend PENSTOCK_ALERT_WEBHOOK_URL or the service behind it"
        )
        raise AlertError(message) from error
