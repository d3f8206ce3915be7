"""What a person puts aside leaves their list at the follower's next step, with what goes with the reason."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from features.records import DismissReason, Event, EventKind, Project
from features.store import Kind
from matching.answer import Answer, Window
from matching.build import build
from matching.engine import Engine
from matching.links import Links
from matching.rows.offer import OfferCard
from matching.set_aside import FAR_CHARGE, FEATURE
from matching.subscriptions import offers_for_profile
from models.published import published_models
from tests.matching.conftest import NOW, House
from tests.matching.made import BAKER, CARER, GUERET, NURSE, offer, profile, write


def listed(engine: Engine, profile_id: str = "p1") -> Answer[OfferCard]:
    return offers_for_profile(engine, profile_id, {}, Window(0, 149))


def ids(engine: Engine, profile_id: str = "p1") -> list[str]:
    return [match.id for match in listed(engine, profile_id).matches]


def dismissal(key: str, offer_id: str, reason: DismissReason | None, profile_id: str = "p1") -> Event:
    return Event(id=key, kind=EventKind.DISMISSED, at=NOW, profile_id=profile_id, offer_id=offer_id, reason=reason)


def far_commune(engine: Engine, least_km: float, most_km: float) -> str:
    """The INSEE code of a commune of the sample that far from Guéret."""
    communes = engine.lookups.reference.communes
    distances = engine.lookups.distances_from(communes.row_of(GUERET))[:-1]
    found = [row for row, km in enumerate(distances.tolist()) if least_km <= km <= most_km]
    return communes.insee[found[0]]


@pytest.mark.parametrize("reason", [None, *DismissReason])
def test_an_offer_that_is_put_aside_leaves_the_list_and_comes_back(local: Engine, reason: DismissReason | None) -> None:
    write(local, profile(), offer("o1"), offer("o2"), profile("p2"))
    assert set(ids(local)) == {"o1", "o2"}
    write(local, dismissal("e1", "o1", reason))
    answer = listed(local)
    assert [match.id for match in answer.matches] == ["o2"]
    (told,) = answer.aside
    assert (told.event_id, told.offer_id, told.reason) == ("e1", "o1", reason)
    assert set(ids(local, "p2")) == {"o1", "o2"}
    assert listed(local, "p2").aside == ()
    local.store.delete(Kind.EVENT, ["e1"])
    local.catch_up()
    assert set(ids(local)) == {"o1", "o2"}
    assert listed(local).aside == ()


def test_its_duplicates_leave_with_it(local: Engine) -> None:
    write(local, profile(), offer("o1"), offer("o2"))
    local.links.put_canonical("copy", "o1")
    write(local, dismissal("e1", "copy", DismissReason.ALREADY_SEEN))
    assert ids(local) == ["o2"]


def test_not_my_job_takes_the_occupation_out_unless_it_is_a_project(local: Engine) -> None:
    write(local, profile(), offer("o1"), offer("n1", title="Infirmier", rome_code=NURSE))
    write(local, offer("n2", title="Infirmière", rome_code=NURSE))
    if "n2" not in ids(local):
        pytest.skip("the sample's ROME does not hold nurses near carers")
    write(local, dismissal("e1", "n1", DismissReason.NOT_MY_JOB))
    assert ids(local) == ["o1"]
    assert "ne sont plus proposées" in listed(local).aside[0].text
    write(local, profile("p2"), offer("o3"), dismissal("e2", "o1", DismissReason.NOT_MY_JOB, "p2"))
    assert "o3" in ids(local, "p2")
    assert "l'un de vos projets" in listed(local, "p2").aside[0].text


def test_the_occupation_stays_out_after_the_offer_is_gone(local: Engine) -> None:
    write(local, profile("p1", BAKER, projects=(Project(rome_code=BAKER), Project(rome_code=CARER))), offer("o1"))
    write(
        local, offer("n1", title="Infirmier", rome_code=NURSE), offer("n2", title="Infirmier de nuit", rome_code=NURSE)
    )
    before = ids(local)
    write(local, dismissal("e1", "n1", DismissReason.NOT_MY_JOB))
    local.store.delete(Kind.OFFER, ["n1"])
    local.catch_up()
    assert ids(local) == [key for key in before if key not in ("n1", "n2")]


def test_too_far_sends_what_is_as_far_behind_and_says_so(local: Engine) -> None:
    far = far_commune(local, 12, 28)
    write(local, profile(), offer("near"), offer("far", commune_insee=far), offer("far2", commune_insee=far))
    before = {match.id: match for match in listed(local).matches}
    assert set(before) == {"near", "far", "far2"}
    write(local, dismissal("e1", "far", DismissReason.TOO_FAR))
    after = {match.id: match for match in listed(local).matches}
    assert set(after) == {"near", "far2"}
    assert after["near"].score == before["near"].score
    assert after["far2"].score == pytest.approx(before["far2"].score - FAR_CHARGE, abs=1e-6)
    (reason,) = [reason for reason in after["far2"].reasons if reason.feature == FEATURE]
    assert reason.contribution == pytest.approx(-FAR_CHARGE, abs=1e-6)
    total = after["far2"].base + sum(each.contribution for each in after["far2"].reasons)
    assert total == pytest.approx(after["far2"].score, abs=1e-5)
    assert "passent après les autres" in listed(local).aside[0].text


def test_a_list_emptied_by_what_was_put_aside_says_so(local: Engine) -> None:
    write(local, profile(), offer("o1"), dismissal("e1", "o1", None))
    answer = listed(local)
    assert answer.total == 0
    assert answer.notice is not None
    assert "1 offre répondrait" in answer.notice
    assert "annuler une mise de côté la fait revenir" in answer.notice


def test_people_who_refused_profiling_are_heard_too(local: Engine) -> None:
    from features.records import Consents, Profile

    write(local, Profile(id="p1", projects=(Project(rome_code=CARER),), commune_insee=GUERET, consents=Consents()))
    write(local, offer("o1"), offer("o2"), dismissal("e1", "o1", DismissReason.ALREADY_SEEN))
    assert ids(local) == ["o2"]


def test_a_build_a_merge_and_the_saved_links_keep_it(new_house: Callable[[str], House]) -> None:
    house = new_house("kept")
    for record in (profile(), offer("o1"), offer("o2"), dismissal("e1", "o1", DismissReason.TOO_FAR)):
        house.store.upsert([record], "test")
    build(house.store, house.reference, published_models(), house.data_dir, now=NOW)
    engine = house.open()
    assert ids(engine) == ["o2"]
    engine.merge(NOW + dt.timedelta(hours=1))
    again = house.open()
    assert again.links.dismissals == engine.links.dismissals
    assert ids(again) == ["o2"]


def test_an_event_that_no_longer_dismisses_gives_the_offer_back(local: Engine) -> None:
    write(local, profile(), offer("o1"), dismissal("e1", "o1", None))
    assert ids(local) == []
    write(local, Event(id="e1", kind=EventKind.SAVED, at=NOW, profile_id="p1", offer_id="o1"))
    assert ids(local) == ["o1"]


def test_links_without_dismissals_of_an_older_generation_are_read(tmp_path: Path) -> None:
    Links().save(tmp_path)
    path = tmp_path / "links.json"
    stored = json.loads(path.read_text())
    del stored["dismissals"]
    path.write_text(json.dumps(stored))
    assert Links.load(tmp_path).dismissals == {}
