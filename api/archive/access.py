"""How the person signs in, the groups that audits of fairness saw them in, and who saw them."""

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa

from api.archive.base import Asked, Item, Section
from api.auditing.archive import seen_by
from features.audit_groups import AXES
from features.border.base import compact
from features.store.tables import (
    access_change,
    access_session,
    account,
    audit_group,
    audit_line,
    audit_person,
    link_code,
)


def accounts(asked: Asked) -> Iterator[Item]:
    """The accounts that are linked to the profile, with how many sessions are under way, and a code that waits."""
    mine = sa.select(account).where(account.c.profile_id == asked.profile_id)
    code = sa.select(link_code.c.ends_at, link_code.c.made_by).where(link_code.c.profile_id == asked.profile_id)
    with asked.service.store.engine.connect() as connection:
        for row in connection.execute(mine).all():
            under_way = sa.select(sa.func.count()).select_from(access_session)
            yield compact(
                compte=row.id,
                fournisseur=row.issuer,
                identifiantChezLui=row.subject,
                role=row.role,
                etat=row.state,
                demandeLe=_moment(row.asked_at),
                decideLe=_moment(row.decided_at),
                sessionsEnCours=connection.scalar(under_way.where(access_session.c.account_id == row.id)) or 0,
            )
        for row in connection.execute(code).all():
            yield {"codeDeRattachement": True, "expireLe": _moment(row.ends_at), "donnePar": row.made_by}


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()


def groups(asked: Asked) -> Iterator[Item]:
    mine = sa.select(audit_group).where(audit_group.c.profile_id == asked.profile_id)
    with asked.service.store.engine.connect() as connection:
        for row in connection.execute(mine).all():
            for (axis, labels), place in zip(AXES.items(), row[1:], strict=True):
                yield {"axe": axis, "groupe": labels[place] if place >= 0 else "inconnu"}


def seen(asked: Asked) -> Iterator[Item]:
    """Each line of the audit log about the person."""
    yield from seen_by(asked.service, asked.profile_id)


ACCOUNTS = Section(
    "comptes",
    "Les comptes par lesquels vous vous connectez.",
    accounts,
    frozenset({account.name, access_session.name, access_change.name, link_code.name}),
)
GROUPS = Section(
    "groupesDeLAuditDEquite",
    "Les groupes dans lesquels l'audit d'équité vous compte. Rien de ce qui classe ne les lit.",
    groups,
    frozenset({audit_group.name}),
)
SEEN = Section(
    "quiVousAVu",
    "Ce que le journal d'audit dit de vous : quand, à quel titre et par quel geste vos données ont été lues ou "
    "changées.",
    seen,
    frozenset({audit_line.name, audit_person.name}),
)
