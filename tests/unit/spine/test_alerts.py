"""Alerts: logged, kept, posted; told once, and again if nobody took it."""

import json
import logging
import socket
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from penstock.alerts import Alert, AlertError, run_failed, send
from penstock.products.renewable.product import PRODUCT
from penstock.runs import raise_alerts
from penstock.settings import Settings

pytestmark = [pytest.mark.unit, pytest.mark.timeout(60)]

SECRET = "T0PS3CRET"  # noqa: S105 - no secret: a word to look for  # pragma: allowlist secret
DROP = Alert(
    kind="rating_drop",
    key="wind_a 2025-03-01 C",
    title="wind_a: rating A -> C on 2025-03-01",
    text="30-day score 98.0 -> 91.5\nThe report shows the days behind it.",
    figures={"score_before": 98.0, "score": 91.5, "days": 3},
)
OTHER = replace(DROP, key="solar_a 2025-03-01 B", title="solar_a: rating A -> B on 2025-03-01")


class Webhook(HTTPServer):
    """A service on this machine that keeps what is posted to it, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status = 200
        self.posted: list[tuple[str, str | None, dict[str, Any]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks/{SECRET}"


class _Answer(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, self.headers["Content-Type"], json.loads(body)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing on the test's screen."""


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Webhook()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings()


@pytest.fixture
def posting(data_dir: Path, webhook: Webhook) -> Settings:
    return Settings(alert_webhook_url=SecretStr(webhook.url))


def kept(settings: Settings) -> list[dict[str, Any]]:
    return [json.loads(line) for line in settings.alerts_file.read_text().splitlines()]


def test_an_alert_is_logged_as_a_warning_with_what_to_do(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    send(DROP, settings)

    assert [(one.levelno, one.getMessage()) for one in caplog.records] == [
        (logging.WARNING, f"{DROP.title}: {DROP.text}")
    ]


def test_each_alert_is_kept_as_one_json_line_with_its_figures_and_time(
    settings: Settings, data_dir: Path
) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    send(DROP, settings)
    send(OTHER, settings)
    first, second = kept(settings)

    assert settings.alerts_file == data_dir / "alerts.jsonl"
    told_at = datetime.fromisoformat(first.pop("at"))
    assert before <= told_at <= before + timedelta(minutes=1)
    assert first == {
        "kind": "rating_drop",
        "key": DROP.key,
        "title": DROP.title,
        "text": DROP.text,
        "figures": {"score_before": 98.0, "score": 91.5, "days": 3},
    }
    assert second["key"] == OTHER.key


def test_an_alert_is_posted_as_json_whose_text_a_chat_can_show(
    posting: Settings, webhook: Webhook
) -> None:
    send(DROP, posting)
    ((path, content_type, body),) = webhook.posted

    assert path == f"/hooks/{SECRET}"
    assert content_type == "application/json"
    assert body["text"] == f"{DROP.title}\n{DROP.text}"
    assert body["figures"] == dict(DROP.figures)
    assert kept(posting) == [{**body, "text": DROP.text}]


def test_without_a_webhook_nothing_is_posted(settings: Settings, webhook: Webhook) -> None:
    send(DROP, settings)

    assert settings.alert_webhook_url is None
    assert webhook.posted == []
    assert len(kept(settings)) == 1


@pytest.mark.parametrize("status", [403, 500])
def test_a_webhook_that_refuses_is_told_without_its_address_and_the_alert_is_kept(
    posting: Settings, webhook: Webhook, status: int
) -> None:
    webhook.status = status
    with pytest.raises(AlertError, match=rf"HTTP Error {status}.*alerts\.jsonl") as failure:
        send(DROP, posting)
    shown = "".join(traceback.format_exception(failure.value))

    assert "PENSTOCK_ALERT_WEBHOOK_URL" in shown
    assert SECRET not in shown
    assert str(webhook.server_port) not in shown
    assert [one["key"] for one in kept(posting)] == [DROP.key]


def test_a_webhook_that_nobody_answers_is_told_like_one_that_refuses(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # holds the port, and does not listen
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/hooks/{SECRET}"
        settings = Settings(alert_webhook_url=SecretStr(url))
        with pytest.raises(AlertError, match="refused") as failure:
            send(DROP, settings)

    assert SECRET not in "".join(traceback.format_exception(failure.value))
    assert [one["key"] for one in kept(settings)] == [DROP.key]


def test_the_address_of_the_webhook_is_a_secret_that_begins_like_an_address(
    posting: Settings,
) -> None:
    assert SECRET not in repr(posting)
    with pytest.raises(ValidationError, match="begins with https:// or http://"):
        Settings(alert_webhook_url=SecretStr("file:///etc/passwd"))


def test_an_alert_is_told_once(settings: Settings) -> None:
    assert raise_alerts(PRODUCT, settings, [DROP]) == [DROP]
    assert raise_alerts(PRODUCT, settings, [DROP, OTHER]) == [OTHER]
    assert raise_alerts(PRODUCT, settings, [OTHER, DROP]) == []

    assert [one["key"] for one in kept(settings)] == [DROP.key, OTHER.key]


def test_the_same_key_of_another_kind_is_another_alert(settings: Settings) -> None:
    of_a_run = replace(DROP, kind="run_failed")

    assert raise_alerts(PRODUCT, settings, [DROP, of_a_run]) == [DROP, of_a_run]


def test_an_alert_that_the_webhook_refused_comes_again_with_those_behind_it(
    posting: Settings, webhook: Webhook
) -> None:
    webhook.status = 503
    with pytest.raises(AlertError):
        raise_alerts(PRODUCT, posting, [DROP, OTHER])
    webhook.status = 200

    assert raise_alerts(PRODUCT, posting, [DROP, OTHER]) == [DROP, OTHER]
    assert [body["key"] for *_, body in webhook.posted] == [DROP.key, DROP.key, OTHER.key]


@pytest.mark.parametrize(
    ("last", "span"), [(1, "2025-03-01"), (3, "2025-03-01 to 2025-03-03")], ids=["a day", "days"]
)
def test_a_failed_run_names_its_days_its_steps_and_itself(last: int, span: str) -> None:
    alert = run_failed(
        job="renewable_daily",
        run="run-1",
        days=(date(2025, 3, 1), date(2025, 3, last)),
        reasons={"renewable_land": "no file has landed", "renewable_load": "is busy"},
    )

    assert (alert.kind, alert.key) == ("run_failed", "run-1")
    assert alert.title == f"renewable_daily failed for {span}"
    assert alert.text.splitlines() == [
        "renewable_land: no file has landed",
        "renewable_load: is busy",
        "run: run-1",
    ]
