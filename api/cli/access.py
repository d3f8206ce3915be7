"""`vivier access`: machines that may ask for tokens, people's accounts, and the keys that tokens are signed with."""

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.console import USAGE, AsJson, fail, print_result, settings

if TYPE_CHECKING:
    from api.security.actor import Role
    from api.security.signing_keys import SigningKeys
    from features.store import Store
    from features.store.access.accounts import Account
    from features.store.access.clients import Client

app = typer.Typer(
    help="Who may sign in: machines, people, and the keys of tokens.\n\nExample: vivier access clients list",
    no_args_is_help=True,
)
clients_app = typer.Typer(
    help="Machines that may ask for tokens.\n\nExample: vivier access clients list", no_args_is_help=True
)
accounts_app = typer.Typer(help="People's accounts.\n\nExample: vivier access accounts list", no_args_is_help=True)
keys_app = typer.Typer(
    help="The keys that tokens are signed with.\n\nExample: vivier access keys list", no_args_is_help=True
)
app.add_typer(clients_app, name="clients")
app.add_typer(accounts_app, name="accounts")
app.add_typer(keys_app, name="keys")

AccountId = Annotated[str, typer.Argument(help="The account's id, as `accounts list` shows it.")]
By = Annotated[str, typer.Option(help="Who decides, in a word; for an approval, not who asked.")]
ClientId = Annotated[str, typer.Argument(help="The client's id, as `clients list` shows it.")]


@clients_app.command()
def create(
    label: Annotated[str, typer.Argument(help="What the machine is, for people.")],
    role: Annotated[str, typer.Option(help="partenaire, service, employeur, auditeur or administrateur.")],
    scope: Annotated[list[str] | None, typer.Option(help="A scope; again for others. None: all of the role.")] = None,
    feed: Annotated[str | None, typer.Option(help="Of a partner: the source that its records carry.")] = None,
    siret: Annotated[str | None, typer.Option(help="Of an employer: its establishment.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let a machine ask for tokens. Its secret is printed once, and kept nowhere.

    Example: vivier access clients create "Flux Jobboard" --role partenaire --feed jobboard --scope offres.ecrire
    """
    from api.security.enrolling import Unenrolled, enrol

    with _store() as store:
        try:
            client, secret = enrol(store, label, _role(role), scope or (), feed, siret)
        except Unenrolled as error:
            fail(str(error), USAGE)
    _note("clients create", client.id, client.role)
    text = f"client_id      {client.id}\nclient_secret  {secret}\n\nThe secret is shown this once: keep it now."
    print_result({**_told(client), "client_secret": secret}, as_json, text)


@clients_app.command("list")
def list_clients(as_json: AsJson = False) -> None:
    """List the machines.

    Example: vivier access clients list
    """
    from features.store.access.clients import all_clients

    with _store() as store, store.engine.connect() as connection:
        found = list(all_clients(connection).values())
    lines = [
        f"{each.id:<44} {each.role:<14} {'' if each.enabled else 'disabled '}{' '.join(each.scopes)}" for each in found
    ]
    print_result({"clients": [_told(each) for each in found]}, as_json, "\n".join(lines) or "No client yet.")


@clients_app.command()
def disable(client_id: ClientId, as_json: AsJson = False) -> None:
    """Let a machine in no more: its tokens are refused within a second.

    Example: vivier access clients disable flux-jobboard-1a2b3c4d
    """
    _enable(client_id, False, as_json)


@clients_app.command()
def enable(client_id: ClientId, as_json: AsJson = False) -> None:
    """Let a machine ask for tokens again; those it had stay refused.

    Example: vivier access clients enable flux-jobboard-1a2b3c4d
    """
    _enable(client_id, True, as_json)


@clients_app.command("rotate-secret")
def rotate_secret(client_id: ClientId, as_json: AsJson = False) -> None:
    """Give a machine another secret, printed once. The old one, and the tokens it asked for, are refused at once.

    Example: vivier access clients rotate-secret flux-jobboard-1a2b3c4d
    """
    from api.security import enrolling

    with _store() as store:
        try:
            secret = enrolling.rotate_secret(store, client_id)
        except enrolling.Unenrolled as error:
            fail(str(error), USAGE)
    _note("clients rotate-secret", client_id, "secret changé")
    text = f"client_secret  {secret}\n\nThe secret is shown this once: keep it now."
    print_result({"client_id": client_id, "client_secret": secret}, as_json, text)


@accounts_app.command("list")
def list_accounts(
    state: Annotated[str, typer.Option(help="One state: nouveau, demande, actif, refuse or desactive.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List accounts, those who asked last first.

    Example: vivier access accounts list --state demande
    """
    from features.store.access.accounts import AccountState, page

    if state and state not in set(AccountState):
        fail(f"--state {state!r}: give one of {', '.join(AccountState)}", USAGE)
    with _store() as store, store.engine.connect() as connection:
        found, total = page(connection, AccountState(state) if state else None, 0, limit)
    lines = [f"{each.id}  {each.state.value:<10} {each.role or '-':<15} {each.issuer}" for each in found]
    lines.append(f"{len(found)} of {total}")
    print_result({"accounts": [_account(each) for each in found], "total": total}, as_json, "\n".join(lines))


@accounts_app.command()
def add(
    issuer: Annotated[str, typer.Option(help="The provider's issuer, as its entry has it.")],
    subject: Annotated[str, typer.Option(help="Who they are to that provider (`sub`).")],
    role: Annotated[str, typer.Option(help="employeur, conseiller, auditeur or administrateur.")],
    by: By,
    siret: Annotated[str | None, typer.Option(help="Of an employer: its establishment.")] = None,
    counsellor: Annotated[str | None, typer.Option(help="Of a counsellor: their id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask for an account on behalf of somebody; another approves it. So the first administrator is made.

    Example: vivier access accounts add --issuer https://auth.example --subject 3f2a --role administrateur --by alix
    """

    def register(store: "Store") -> "Account":
        from api.security.accounts import register

        return register(store, issuer, subject, _role(role), f"cli:{by}", siret, counsellor)

    _decide("accounts add", register, as_json)


@accounts_app.command()
def approve(
    account_id: AccountId,
    by: By,
    team: Annotated[list[str] | None, typer.Option(help="Of a counsellor: a colleague; again for others.")] = None,
    as_json: AsJson = False,
) -> None:
    """Agree to a request; whoever asked for it may not.

    Example: vivier access accounts approve 4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6 --by camille
    """

    from api.security import accounts

    _decide("accounts approve", lambda store: accounts.approve(store, account_id, f"cli:{by}", team or ()), as_json)


@accounts_app.command()
def refuse(account_id: AccountId, by: By, as_json: AsJson = False) -> None:
    """Turn a request down; they may ask again.

    Example: vivier access accounts refuse 4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6 --by camille
    """

    from api.security import accounts

    _decide("accounts refuse", lambda store: accounts.refuse(store, account_id, f"cli:{by}"), as_json)


@accounts_app.command("disable")
def disable_account(account_id: AccountId, by: By, as_json: AsJson = False) -> None:
    """Close an account: its sessions end within a second.

    Example: vivier access accounts disable 4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6 --by camille
    """

    from api.security import accounts

    _decide("accounts disable", lambda store: accounts.disable(store, account_id, f"cli:{by}"), as_json)


@accounts_app.command("reopen")
def reopen_account(account_id: AccountId, by: By, as_json: AsJson = False) -> None:
    """Put a closed account back to asking; another approves it anew.

    Example: vivier access accounts reopen 4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6 --by camille
    """

    from api.security import accounts

    _decide("accounts reopen", lambda store: accounts.reopen(store, account_id, f"cli:{by}"), as_json)


@keys_app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys that sign or still verify.

    Example: vivier access keys list
    """
    import datetime as dt

    found = _signing_keys().all_keys()
    lines = [
        f"{each.kid}  since {dt.datetime.fromtimestamp(each.made_at, dt.UTC):%Y-%m-%d %H:%M}Z  "
        + ("signs" if each.retired_at is None else "verifies what it signed")
        for each in found
    ]
    data = [{"kid": each.kid, "made_at": each.made_at, "retired_at": each.retired_at} for each in found]
    print_result({"keys": data}, as_json, "\n".join(lines))


@keys_app.command("rotate")
def rotate_keys(as_json: AsJson = False) -> None:
    """Draw a key that signs from now on. The one before verifies what it signed until the last of it has ended.

    Example: vivier access keys rotate
    """
    drawn = _signing_keys().rotate()
    _note("keys rotate", drawn.kid, "clé de signature changée")
    print_result({"kid": drawn.kid}, as_json, f"{drawn.kid} signs from now on.")


def _decide(command: str, decision: "Callable[[Store], Account]", as_json: bool) -> None:
    from api.security.accounts import Refused

    with _store() as store:
        try:
            done = decision(store)
        except Refused as refused:
            fail(str(refused), USAGE)
    _note(command, done.id, done.state.value)
    print_result(_account(done), as_json, f"{done.id}  {done.state.value}  {done.role or '-'}")


def _account(account: "Account") -> dict[str, Any]:
    """Without whose profile it is."""
    return {
        "id": account.id,
        "state": account.state.value,
        "role": account.role,
        "issuer": account.issuer,
        "siret": account.owner.siret,
        "counsellor": account.owner.counsellor_id,
        "team": list(account.owner.team_ids),
        "asked_by": account.asked_by,
        "decided_by": account.decided_by,
    }


def _enable(client_id: str, enabled: bool, as_json: bool) -> None:
    from api.security import enrolling

    with _store() as store:
        try:
            client = enrolling.enable(store, client_id, enabled)
        except enrolling.Unenrolled as error:
            fail(str(error), USAGE)
    _note(f"clients {'enable' if enabled else 'disable'}", client_id, "client ouvert" if enabled else "client fermé")
    print_result(_told(client), as_json, f"{client.id} is {'enabled' if enabled else 'disabled'}.")


def _note(command: str, key: str, detail: str) -> None:
    """The line of what was done."""
    from api.auditing.commands import entry, note
    from features.audit.actions import Action

    note(settings(), entry(Action.CHANGED, f"vivier access {command}", "acces", ids=(key,), detail=detail))


def _told(client: "Client") -> dict[str, Any]:
    return {
        "client_id": client.id,
        "label": client.label,
        "role": client.role,
        "scopes": list(client.scopes),
        "feed": client.owner.feed,
        "siret": client.owner.siret,
        "enabled": client.enabled,
    }


def _role(word: str) -> "Role":
    from api.security.actor import Role

    try:
        return Role(word)
    except ValueError:
        fail(f"--role {word!r}: give one of {', '.join(Role)}", USAGE)


def _signing_keys() -> "SigningKeys":
    from api.security.signing_keys import KeysUnusable, SigningKeys

    try:
        return SigningKeys(settings().access_keys_dir)
    except KeysUnusable as error:
        fail(str(error))


@contextlib.contextmanager
def _store() -> "Iterator[Store]":
    from features.store import Store

    store = Store.open(settings().store_url)
    try:
        yield store
    finally:
        store.close()
