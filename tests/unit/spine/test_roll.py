"""The roll of tenants: who is added to a list, who leaves it, who is due."""

import pytest

from penstock.contracts.roll import Changes, Roll, due_tenants, list_changes

pytestmark = pytest.mark.unit

ROLL = Roll(
    {"acme": "active", "acme_birch": "onboarding", "cedar": "suspended"},
    {"dogwood": ("line 9: wrong",), "entry 5": ("line 12: no slug",)},
)


@pytest.mark.parametrize(
    ("listed", "added", "removed"),
    [
        ([], ("acme", "acme_birch", "cedar"), ()),
        (["cedar", "acme", "acme_birch"], (), ()),
        (["acme", "dogwood", "cedar"], ("acme_birch",), ()),
        (["acme", "acme_birch", "cedar", "elm"], (), ("elm",)),
    ],
)
def test_a_list_follows_the_roll(
    listed: list[str], added: tuple[str, ...], removed: tuple[str, ...]
) -> None:
    assert list_changes(ROLL, listed) == Changes(added, removed)


def test_a_wrong_entry_is_not_added_and_not_removed() -> None:
    assert "dogwood" not in list_changes(ROLL, []).added
    assert list_changes(ROLL, ["dogwood"]).removed == ()


def test_due_is_who_is_served_and_listed_and_who_has_become_wrong() -> None:
    assert due_tenants(ROLL, ["cedar", "acme", "dogwood"]) == ["acme", "dogwood"]
    assert due_tenants(ROLL, ["acme_birch"]) == ["acme_birch"]
    assert due_tenants(ROLL, []) == []
