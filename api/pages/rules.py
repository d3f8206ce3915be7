"""Who opens which pages: each space is of one role, and shows what is theirs."""

from typing import Final

from api.security.actor import Role
from api.security.reaches import covers_all
from api.security.rules import Reach, Rule
from api.security.scopes import Scope

OWN_SPACE: Final = Reach("son espace", covers_all)
"""The address names nobody: what is shown is what the account is."""


def jobseekers(scope: Scope) -> Rule:
    return Rule(scope, {Role.JOBSEEKER: OWN_SPACE})


def employers(scope: Scope) -> Rule:
    return Rule(scope, {Role.EMPLOYER: OWN_SPACE})


def canvassers(scope: Scope) -> Rule:
    return Rule(scope, {Role.COUNSELLOR: OWN_SPACE})
