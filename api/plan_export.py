"""A plan's visits for other programs: a spreadsheet's CSV, and a calendar (RFC 5545)."""

import datetime as dt
from collections.abc import Iterable
from typing import Final

from icalendar import Calendar, Event

from api import spreadsheet
from api.plan_shapes import VisiteExportIn

COLUMNS: Final = (
    "conseiller", "jour", "debut", "fin", "ordre", "siret", "nom", "ville", "secteur", "trajetMinutes", "statut",
    "motif", "accroches", "aPresenter",
)  # fmt: skip


def csv_of(visits: Iterable[VisiteExportIn]) -> bytes:
    """One line a visit."""
    return spreadsheet.csv_of(COLUMNS, map(_cells, visits))


def _cells(visit: VisiteExportIn) -> tuple[str, ...]:
    start, end = visit.debut, visit.fin
    return (
        visit.conseiller,
        "" if start is None else f"{start:%Y-%m-%d}",
        "" if start is None else f"{start:%H:%M}",
        "" if end is None else f"{end:%H:%M}",
        str(visit.ordre or ""),
        visit.siret,
        visit.nom or "",
        visit.ville or "",
        visit.secteur or "",
        str(round(visit.trajetMinutes)),
        visit.statut,
        visit.motif,
        " | ".join(visit.accroches),
        " | ".join(f"{each.id} ({each.metier})" for each in visit.aPresenter),
    )


def calendar_of(visits: Iterable[VisiteExportIn], now: dt.datetime) -> bytes:
    """The visits that have a day, in universal time, which every calendar shows in its own.

    The same visit keeps its UID from one plan to the next, so that a calendar moves it. People to present are told by
    their occupation alone: calendars are shared.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Vivier//Prospection//FR")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for visit in visits:
        start, end = visit.debut, visit.fin
        if start is None or end is None:
            continue
        event = Event()
        event.add("uid", f"{visit.siret}-{visit.conseiller}@vivier.prospection")
        event.add("dtstamp", now.astimezone(dt.UTC))
        event.add("dtstart", start.astimezone(dt.UTC))
        event.add("dtend", end.astimezone(dt.UTC))
        event.add("summary", f"Visite : {visit.nom or visit.secteur or visit.siret}")
        if visit.ville:
            event.add("location", visit.ville)
        lines = [f"SIRET {visit.siret}", visit.motif, *visit.accroches]
        if visit.aPresenter:
            lines.append(f"À présenter : {', '.join(sorted({each.metier for each in visit.aPresenter}))}")
        event.add("description", "\n".join(line for line in lines if line))
        calendar.add_component(event)
    return bytes(calendar.to_ical())
