"""Every form of a secret is found, and what only looks like one is not."""

import pytest

from penstock.releasing.secrets import find_secret

pytestmark = pytest.mark.unit

# Put together here, so that no file of the project holds one.
SECRETS = {
    "private key": "-----BEGIN RSA " + "PRIVATE KEY-----",
    "AWS access key": "AKIA" + 16 * "Q",
    "AWS session key": "ASIA" + 16 * "7",
    "GitHub token": "ghp" + "_" + 36 * "a",
    "GitHub fine-grained token": "github" + "_pat_" + 60 * "b",
    "Slack token": "xoxb" + "-1234567890",
    "Slack webhook": "hooks.slack" + ".com/services/T0/B0/",
    "Google API key": "AIza" + 35 * "c",
    "Stripe key": "sk" + "_live_" + 20 * "d",
    "password in an address": "postgres:" + "//me:secret@host",
    "JSON web token": ".".join(["eyJ" + 10 * "e", "eyJ" + 10 * "f", 10 * "g"]),
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
@pytest.mark.parametrize("text", ["{}", "high weight\nkey: {}\n", '{{"key": "{}"}}', "({})"])
def test_every_form_is_found_wherever_it_stands(kind: str, secret: str, text: str) -> None:
    assert find_secret(text.format(secret)) == kind


@pytest.mark.parametrize(
    "text",
    [
        "the weight of light",
        "x" + SECRETS["GitHub token"],
        "gh" + SECRETS["GitHub token"].replace("ghp", "gh"),
        SECRETS["GitHub token"] + "a",
        SECRETS["GitHub token"][:-1],
        "x" + SECRETS["AWS access key"],
        "https://host/path@1.0",
        "",
    ],
)
def test_what_only_looks_like_one_is_not(text: str) -> None:
    assert find_secret(text) is None


def test_secrets_in_use_are_found_whatever_they_look_like() -> None:
    assert find_secret("a plain word", ["plain"]) == "a secret of the settings"
    assert find_secret("a plain word", [""]) is None
