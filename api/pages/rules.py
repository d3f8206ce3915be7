"""Who opens which pages: each space is of one role, and shows what is theirs."""

from typing import Final

from api.security.actor import Role
from api.security.reaches import covers_all
from api.security.rules import Reach, Rule
from api.security.scopes import Scope

OWN_SPACE: Final = Reach("son espace", covers_all)
"""The address names nobody: what is shown is what the account is."""
THE_WHOLE: Final = Reach("les chiffres d'ensemble", covers_all)


def jobseekers(scope: Scope) -> Rule:
    return Rule(scope, {Role.JOBSEEKER: OWN_SPACE})


def employers(scope: Scope) -> Rule:
    return Rule(scope, {Role.EMPLOYER: OWN_SPACE})


def pilots(scope: Scope) -> Rule:
    """Who steers, and who watches over the service: figures of the whole tell of nobody."""
    return Rule(scope, dict.fromkeys((Role.PILOT, Role.AUDITOR, Role.ADMINISTRATOR), THE_WHOLE))


def canvassers(scope: Scope) -> Rule:
    return Rule(scope, {Role.COUNSELLOR: OWN_SPACE})
