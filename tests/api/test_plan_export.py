"""A plan for a spreadsheet and for a calendar."""

import datetime as dt

import pytest
from icalendar import Calendar

from api.plan_export import calendar_of, csv_of
from api.plan_shapes import VisiteExportIn

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def visit(**fields: object) -> VisiteExportIn:
    given = {"conseiller": "k1", "siret": "12345678901234", **fields}
    return VisiteExportIn.model_validate(given)


@pytest.mark.parametrize("cell", ["=1+1", "+33 1", "-2", "@cmd", "\t=1", " =1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert f'"\'{cell.strip()}"' in csv_of([visit(nom=cell)]).decode("utf-8-sig")


def test_a_plain_cell_is_left_alone() -> None:
    assert '"Résidence = calme"' in csv_of([visit(nom="Résidence = calme")]).decode("utf-8-sig")


def test_a_calendar_has_the_visits_that_have_a_day() -> None:
    held = visit(
        nom="Résidence, des; Tilleuls",
        ville="Guéret",
        debut="2026-02-02T09:15:00+01:00",
        fin="2026-02-02T10:00:00+01:00",
        accroches=["Une formation\npeut se monter"],
        aPresenter=[{"id": "profil-1", "metier": "Aide-soignant"}],
    )
    text = calendar_of([held, visit()], NOW).decode()
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    assert event.decoded("dtstart") == dt.datetime(2026, 2, 2, 8, 15, tzinfo=dt.UTC)
    assert str(event["summary"]) == "Visite : Résidence, des; Tilleuls"
    assert "Aide-soignant" in str(event["description"])
    assert "profil-1" not in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(event["uid"]) == str(Calendar.from_ical(calendar_of([held], NOW)).walk("VEVENT")[0]["uid"])
