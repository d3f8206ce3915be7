"""The page on access says what each role may do."""

import re
from pathlib import Path

from api.security.actor import Role
from api.security.scopes_of_roles import SCOPES_OF_ROLES

PAGE = Path(__file__).parents[3] / "docs" / "access.md"


def test_the_table_of_scopes_is_that_of_the_code() -> None:
    table = PAGE.read_text().partition("## Scopes")[2]
    rows = dict(re.findall(r"^\| `([a-z]+)` \| (.*) \|$", table, flags=re.MULTILINE))
    written = {role: set(re.findall(r"`([^`]+)`", scopes)) for role, scopes in rows.items()}
    assert written == {role.value: {scope.value for scope in scopes} for role, scopes in SCOPES_OF_ROLES.items()}


def test_the_page_names_every_role() -> None:
    rows = re.findall(r"^\| `([a-z]+)` \|", PAGE.read_text().partition("## Demonstrations")[0], flags=re.MULTILINE)
    assert sorted(rows) == sorted(role.value for role in Role)
