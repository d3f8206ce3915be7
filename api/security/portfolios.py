"""For whom a counsellor may ask: their own portfolio, their team's, and the people in them."""

from collections.abc import Iterable

from api.security.actor import Actor, Role
from api.security.owners import require
from api.security.reaches import in_portfolio
from api.service import Service


async def require_portfolio(
    actor: Actor, service: Service, counsellor_id: str | None, profile_ids: Iterable[str]
) -> None:
    """Raises ApiProblem (422) where a counsellor asks for another team's counsellor, or for people nobody of the team
    follows. Machines of the network ask for anyone."""
    if actor.role is not Role.COUNSELLOR:
        return
    if counsellor_id is not None:
        is_theirs = counsellor_id == actor.counsellor_id or counsellor_id in actor.team_ids
        require(is_theirs, "conseiller", counsellor_id, "votre identifiant, ou celui d'un conseiller de votre équipe")
    for profile_id in profile_ids:
        is_theirs = await in_portfolio(actor, profile_id, service)
        require(is_theirs, "profils", profile_id, "des personnes suivies par vous ou votre équipe")
