"""The groups that audits know: read off what is kept apart, never guessed, gone with the person."""

import ast
import datetime as dt
from pathlib import Path

import pytest

from features import audit_groups
from features.audit_groups import AXES, UNKNOWN, Quarters, QuartersUnusable, axes_of, groups_of, refill
from features.records import Identity, Profile, ProtectedStatus
from features.store import Kind, Store, fairness_groups
from tests.keys import KEYRING

TODAY = dt.date(2026, 9, 1)
ROOT = Path(audit_groups.__file__).parents[1]


READ = {"features.audit_groups", "features.store.fairness_groups", "features.store.tables.audit_group"}
"""What only audits may import."""


def profile(key: str, commune: str | None = "23096") -> Profile:
    return Profile(id=key, projects=(), commune_insee=commune)


def test_each_group_is_read_where_it_is_kept() -> None:
    found = list(
        groups_of(
            [profile("a"), profile("b", None), profile("c", "75056")],
            {
                "a": Identity(id="a", sex="F", birth_date=dt.date(2003, 9, 2)),
                "c": Identity(id="c", sex="homme", birth_date=dt.date(1976, 8, 31)),
            },
            {"c": ProtectedStatus(id="c", rqth=True)},
            lambda commune: 2 if commune == "75056" else 0,
            Quarters(communes=frozenset({"75056"})),
            TODAY,
        )
    )
    assert [(each.sex, each.age, each.quarter, each.rqth, each.area) for each in found] == [
        (0, 0, 0, 0, 0),
        (UNKNOWN, UNKNOWN, UNKNOWN, 0, UNKNOWN),
        (1, 2, 1, 1, 2),
    ]


@pytest.mark.parametrize(
    ("born", "band"), [((2000, 9, 2), 0), ((2000, 8, 31), 1), ((1976, 9, 3), 1), ((1976, 8, 30), 2)]
)
def test_bands_of_age_begin_on_a_birthday(born: tuple[int, int, int], band: int) -> None:
    identity = Identity(id="a", birth_date=dt.date(*born))
    (found,) = groups_of([profile("a")], {"a": identity}, {}, lambda _: 0, None, TODAY)
    assert found.age == band
    assert found.quarter == UNKNOWN


def test_a_list_of_neighbourhoods_names_people_or_communes(tmp_path: Path) -> None:
    file = tmp_path / "qpv.csv"
    file.write_text("\ufeffid;nom\np1;x\n p2 ;y\n;z\n", encoding="utf-8")
    assert Quarters.read(file) == Quarters(people=frozenset({"p1", "p2"}))
    file.write_text("commune\n23096\n", encoding="utf-8")
    assert Quarters.read(file) == Quarters(communes=frozenset({"23096"}))
    file.write_text("adresse\n1 rue X\n", encoding="utf-8")
    with pytest.raises(QuartersUnusable, match="adresse"):
        Quarters.read(file)


def test_the_table_is_filled_anew_and_a_person_who_goes_leaves_it(store_url: str) -> None:
    store = Store.open(store_url, KEYRING)
    store.upsert([profile("a"), profile("b")], "test")
    store.upsert([Identity(id="a", sex="F")], "test")
    assert refill(store, lambda _: 1, None, TODAY) == 2
    assert refill(store, lambda _: 1, None, TODAY) == 2
    groups = {each.profile_id: each for each in fairness_groups.every(store.engine)}
    assert (groups["a"].sex, groups["b"].sex) == (0, UNKNOWN)
    axes = {axis.name: axis for axis in axes_of(["b", "a", "z"], groups)}
    assert axes["sexe"].of_person.tolist() == [UNKNOWN, 0, UNKNOWN]
    assert list(axes) == list(AXES)
    store.delete(Kind.PROFILE, ["a"])
    assert [each.profile_id for each in fairness_groups.every(store.engine)] == ["b"]
    store.close()


MAY_READ = {
    "api/archive/access.py",
    "features/audit_groups.py",
    "features/store/fairness_groups.py",
    "features/store/people_tables.py",
    "features/store/owners.py",
    "features/store/tables.py",
    "models/fairness/report.py",
    "models/fairness/segments.py",
    "models/ranking/gate.py",
    "models/simulation/groups.py",
    "api/cli/fairness.py",
    "api/cli/train_ranker.py",
}
"""Files that may know of the groups: who fills the table, who audits, who gives people their own, who erases."""


def test_nothing_that_ranks_can_read_the_groups() -> None:
    """By imports, so that no alias hides them."""
    readers = set()
    for folder in ("features", "models", "matching", "api"):
        for path in (ROOT / folder).rglob("*.py"):
            names = set()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module is not None:
                    names |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
                elif isinstance(node, ast.Import):
                    names |= {each.name for each in node.names}
            writes = path.parent.name == "store" and "audit_group" in path.read_text(encoding="utf-8")
            if (
                names & {"features.audit_groups", "features.store.fairness_groups", "features.store.tables.audit_group"}
                or writes
            ):
                readers.add(str(path.relative_to(ROOT)))
    assert {"features/audit_groups.py", "features/store/fairness_groups.py", "api/cli/fairness.py"} <= readers
    assert readers <= MAY_READ
