"""Lines in, a chain out; and whatever is done to the chain behind its back is found."""

import datetime as dt
import hashlib
import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.gaps import state_gaps
from features.audit.key import AuditKey
from features.audit.line import canonical, digest, read
from features.audit.retention import over, prune
from features.audit.verify import Broken, verify
from features.audit.witness import CHECKPOINTS, HEAD, Witness
from features.store import Store
from features.store.engine import WRITE
from features.store.tables import audit_gap, audit_head, audit_line, audit_person, audit_stub
from tests.features.audit.conftest import KEY, NOON, entry

SIZE = 24


def fault_of(chain: Chain, start: int = 1) -> Broken | None:
    return verify(chain.store, chain.witness, KEY.public, start).fault


def change(store: Store, *statements: sa.Executable) -> None:
    with store.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        for statement in statements:
            connection.execute(statement)


def bodies(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return list(connection.scalars(sa.select(audit_line.c.body).order_by(audit_line.c.seq)))


def test_each_line_carries_the_hash_of_the_one_before(chain: Chain) -> None:
    assert verify(chain.store, chain.witness, KEY.public).fault is None
    chain.write([entry(1), entry(2)])
    chain.write([entry(3)])
    previous = "0" * 64
    for number, body in enumerate(bodies(chain.store), 1):
        told = json.loads(body)
        assert (told["numero"], told["precedente"]) == (number, previous)
        previous = hashlib.sha256(body.encode()).hexdigest()
    found = verify(chain.store, chain.witness, KEY.public)
    assert (found.first, found.last, found.n_lines, found.fault) == (1, 3, 3, None)
    assert found.head is not None
    assert found.head.empreinte == previous


def test_nobody_is_named(chain: Chain) -> None:
    chain.write([entry(1, ids=("jean.dupont@example.fr",), nature="offres")])
    [body] = bodies(chain.store)
    assert "profil-0" not in body
    assert "dupont" not in body
    line = read(body)
    assert line.personnes == tuple(sorted([KEY.person("profil-000001"), KEY.person("profil-000002")]))
    assert line.identifiants == (KEY.pseudonym("offres", "jean.dupont@example.fr"),)
    assert AuditKey(b"another key of thirty-two bytes...").person("profil-000001") not in body


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32"):
        AuditKey(b"short")


def test_writers_take_turns(chain: Chain, tmp_path: Path) -> None:
    others = [Chain(chain.store, KEY, Witness(tmp_path / f"witness-{number}")) for number in range(3)]

    def write(own: Chain, at: int) -> None:
        for number in range(10):
            own.write([entry(100 * at + number)])

    threads = [threading.Thread(target=write, args=(own, at)) for at, own in enumerate([chain, *others])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(chain.store, chain.witness, KEY.public)
    assert (found.n_lines, found.fault) == (40, None)
    assert all(verify(chain.store, own.witness, KEY.public).fault is None for own in others)


def test_what_is_rolled_back_leaves_no_gap(chain: Chain) -> None:
    chain.write([entry(1)])

    def fail() -> None:
        with chain.store.writing() as writer:
            chain.append(writer.connection, [entry(2)])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    chain.write([entry(3)])
    assert fault_of(chain) is None
    assert len(bodies(chain.store)) == 2


EDITS: dict[str, tuple[Callable[[], list[sa.Executable]], int]] = {
    "the content": (
        lambda: [
            sa.update(audit_line)
            .where(audit_line.c.seq == 3)
            .values(body=sa.func.replace(audit_line.c.body, "compte-0", "compte-9"))
        ],
        3,
    ),
    "the hash": (lambda: [sa.update(audit_line).where(audit_line.c.seq == 3).values(hash="f" * 64)], 3),
    "the actor that is searched for": (
        lambda: [sa.update(audit_line).where(audit_line.c.seq == 3).values(actor="compte-1")],
        3,
    ),
    "the day that is searched for": (
        lambda: [sa.update(audit_line).where(audit_line.c.seq == 3).values(at="2020-01-01T00:00:00.000Z")],
        3,
    ),
    "the action that is searched for": (
        lambda: [sa.update(audit_line).where(audit_line.c.seq == 3).values(action="vu")],
        3,
    ),
    "a person taken out": (lambda: [sa.delete(audit_person).where(audit_person.c.seq == 3)], 3),
    "a person put in": (lambda: [sa.insert(audit_person).values(person="p.someone", seq=3)], 3),
    "a person of no line": (lambda: [sa.insert(audit_person).values(person="p.someone", seq=99)], 99),
    "a line deleted": (lambda: [sa.delete(audit_line).where(audit_line.c.seq == 3)], 3),
    "the first line deleted": (lambda: [sa.delete(audit_line).where(audit_line.c.seq == 1)], 1),
    "the end cut off": (lambda: [sa.delete(table).where(table.c.seq > 4) for table in (audit_line, audit_person)], 5),
    "all lines deleted": (lambda: [sa.delete(audit_line), sa.delete(audit_person)], 1),
    "all deleted, the head too": (
        lambda: [sa.delete(audit_line), sa.delete(audit_person), sa.delete(audit_head)],
        1,
    ),
    "the head deleted": (lambda: [sa.delete(audit_head)], 6),
    "the head moved back": (lambda: [sa.update(audit_head).values(seq=4)], 4),
    "two lines exchanged": (
        lambda: [
            sa.update(audit_line).where(audit_line.c.seq == 2).values(seq=100),
            sa.update(audit_line).where(audit_line.c.seq == 3).values(seq=2),
            sa.update(audit_line).where(audit_line.c.seq == 100).values(seq=3),
            sa.update(audit_person).where(audit_person.c.seq == 2).values(seq=100),
            sa.update(audit_person).where(audit_person.c.seq == 3).values(seq=2),
            sa.update(audit_person).where(audit_person.c.seq == 100).values(seq=3),
        ],
        2,
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_found_where_it_is(chain: Chain, edit: str) -> None:
    chain.write([entry(number) for number in range(1, 7)])
    assert fault_of(chain) is None
    statements, at = EDITS[edit]
    change(chain.store, *statements())
    fault = fault_of(chain)
    assert fault is not None
    assert fault.seq == at


def remade(chain: Chain, upto: int, actor: str) -> None:
    """What someone does who knows the rules and has no key: line 2 tells of another, and all after it is hashed anew;
    lines above `upto` go."""
    rows, previous = [], None
    for body in bodies(chain.store)[:upto]:
        line = read(body)
        if line.numero == 2:
            line = msgspec.structs.replace(line, acteur=actor)
        if previous is not None:
            line = msgspec.structs.replace(line, precedente=previous)
        written = canonical(line)
        previous = digest(written)
        rows.append((line.numero, line.acteur, previous, written.decode()))
    change(
        chain.store,
        sa.delete(audit_line).where(audit_line.c.seq > upto),
        sa.delete(audit_person).where(audit_person.c.seq > upto),
        *[
            sa.update(audit_line).where(audit_line.c.seq == seq).values(actor=actor, hash=line_hash, body=body)
            for seq, actor, line_hash, body in rows
        ],
    )


def test_a_chain_made_anew_does_not_end_as_it_was_signed(chain: Chain) -> None:
    chain.write([entry(number) for number in range(1, 7)])
    remade(chain, 6, "somebody else")
    fault = fault_of(chain)
    assert fault is not None
    assert "made anew" in fault.reason


def test_a_database_wound_back_is_told_by_the_witness(chain: Chain) -> None:
    chain.write([entry(1), entry(2)])
    with chain.store.engine.connect() as connection:
        before = connection.execute(sa.select(audit_head)).one()
    chain.write([entry(3), entry(4)])
    change(
        chain.store,
        sa.delete(audit_line).where(audit_line.c.seq > 2),
        sa.delete(audit_person).where(audit_person.c.seq > 2),
        sa.update(audit_head).values(hash=before.hash, seq=before.seq, at=before.at, signature=before.signature),
    )
    fault = fault_of(chain)
    assert fault is not None
    assert fault.seq == 3
    assert "witness" in fault.reason


@pytest.mark.parametrize("again", [False, True])
def test_what_is_written_later_covers_no_truncation_up(chain: Chain, tmp_path: Path, again: bool) -> None:
    chain.write([entry(number) for number in range(1, 7)])
    change(chain.store, *EDITS["the end cut off"][0]())
    writer = Chain(chain.store, KEY, chain.witness if again else Witness(tmp_path / "no-witness"))
    writer.write([entry(7)])
    fault = fault_of(writer)
    assert fault is not None
    assert (fault.seq, fault.reason) == (5, "lines 5 to 6 are missing")


def test_what_is_written_later_vouches_for_no_forged_line(chain: Chain) -> None:
    chain.write([entry(1), entry(2)])
    line = msgspec.structs.replace(
        read(bodies(chain.store)[1]), numero=3, precedente=digest(bodies(chain.store)[1].encode())
    )
    forged = canonical(line)
    columns = {"at": line.date, "actor": line.acteur, "action": line.action.value}
    change(
        chain.store,
        sa.insert(audit_line).values(seq=3, hash=digest(forged), body=forged.decode(), **columns),
        *[sa.insert(audit_person).values(person=each, seq=3) for each in line.personnes],
    )
    assert (fault_of(chain) or Broken(0, "")).seq == 3
    chain.write([entry(4)])
    assert (fault_of(chain) or Broken(0, "")).seq == 4
    assert len(bodies(chain.store)) == 4


def test_another_key_vouches_for_nothing(chain: Chain) -> None:
    chain.write([entry(1)])
    other = AuditKey(b"another key of thirty-two bytes...")
    fault = verify(chain.store, chain.witness, other.public).fault
    assert fault is not None
    assert "not signed" in fault.reason


def test_a_check_may_begin_further_on(chain: Chain) -> None:
    chain.write([entry(number) for number in range(1, 7)])
    change(chain.store, sa.update(audit_line).where(audit_line.c.seq == 2).values(actor="x"))
    assert (fault_of(chain) or Broken(0, "")).seq == 2
    assert fault_of(chain, start=3) is None
    assert fault_of(chain, start=1000) is None
    assert verify(chain.store, chain.witness, KEY.public, 3).n_lines == 4


def test_the_chain_survives_pruning(chain: Chain) -> None:
    day = 86400
    chain.write([entry(number, at=NOON + number * day) for number in range(10)])
    before = dt.datetime.fromtimestamp(NOON + 5 * day, dt.UTC).date()
    assert len(over(chain.store, before)) == 5
    assert prune(chain, before, actor="uid-0") == 5
    assert prune(chain, before) == 0
    found = verify(chain.store, chain.witness, KEY.public)
    assert (found.first, found.last, found.pruned_upto, found.fault) == (6, 11, 5, None)
    last = read(bodies(chain.store)[-1])
    assert (last.action, last.acteur) == (Action.PRUNED, "uid-0")
    assert last.precision is not None
    assert last.precision.startswith("5 lignes")
    chain.write([entry(20)])
    assert fault_of(chain) is None
    assert fault_of(Chain(chain.store, KEY, Witness(chain.witness.folder))) is None
    change(chain.store, sa.delete(audit_line).where(audit_line.c.seq == 6))
    assert (fault_of(chain) or Broken(0, "")).seq == 6


def test_nobody_without_the_key_prunes(chain: Chain) -> None:
    chain.write([entry(number) for number in range(1, 7)])
    with chain.store.engine.connect() as connection:
        third = connection.execute(sa.select(audit_line).where(audit_line.c.seq == 3)).one()
    values = {"seq": 3, "hash": third.hash, "before": "2026-01-01", "at": third.at, "signature": "AAAA"}
    change(
        chain.store,
        sa.delete(audit_line).where(audit_line.c.seq <= 3),
        sa.delete(audit_person).where(audit_person.c.seq <= 3),
        sa.insert(audit_stub).values(id=1, **values),
    )
    fault = fault_of(chain)
    assert fault is not None
    assert "not signed" in fault.reason


def test_a_restored_backup_is_stated_and_then_passed_over(chain: Chain) -> None:
    chain.write([entry(1), entry(2)])
    with chain.store.engine.connect() as connection:
        before = connection.execute(sa.select(audit_head)).one()
    chain.write([entry(3), entry(4)], mark=True)
    change(
        chain.store,
        sa.delete(audit_line).where(audit_line.c.seq > 2),
        sa.delete(audit_person).where(audit_person.c.seq > 2),
        sa.update(audit_head).values(hash=before.hash, seq=before.seq, at=before.at, signature=before.signature),
    )
    restored = Chain(chain.store, KEY, chain.witness)
    [gap] = state_gaps(restored, "sauvegarde de la nuit", entry(5))
    assert (gap.first, gap.last) == (3, 4)
    found = verify(chain.store, chain.witness, KEY.public)
    assert found.fault is None
    assert [each.reason for each in found.gaps] == ["sauvegarde de la nuit"]
    assert state_gaps(restored, "rien de plus", entry(6)) == []
    change(chain.store, sa.update(audit_gap).values(reason="autre chose"))
    assert (fault_of(chain) or Broken(0, "")).seq == 3


def test_the_witness_lists_heads_now_and_then(chain: Chain) -> None:
    for number in range(3):
        chain.write([entry(number)])
    assert [head.numero for head in chain.witness.checkpoints()] == [1]
    chain.mark()
    assert [head.numero for head in chain.witness.checkpoints()] == [1, 3]
    assert json.loads((chain.witness.folder / HEAD).read_text())["numero"] == 3
    (chain.witness.folder / HEAD).write_text("{")
    with (chain.witness.folder / CHECKPOINTS).open("a") as file:
        file.write("not a head\n")
    assert fault_of(chain) is None
    assert (chain.witness.latest() or pytest.fail("no head")).numero == 3


@pytest.fixture(scope="module")
def long_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a chain of `SIZE` lines on SQLite, to copy."""
    folder = tmp_path_factory.mktemp("chain")
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
    chain = Chain(store, KEY, Witness(folder / "witness"))
    for number in range(SIZE // 4):
        chain.write([entry(4 * number + each) for each in range(4)], mark=number % 2 == 0)
    store.close()
    return folder


@st.composite
def mutations(draw: st.DrawFn) -> Callable[[sa.Connection], None]:
    """Something done to the table of lines."""
    one, other = draw(st.lists(st.integers(1, SIZE), min_size=2, max_size=2, unique=True))
    kind = draw(st.sampled_from(["edit", "edit and hash", "delete", "swap", "insert", "truncate", "renumber"]))
    at = draw(st.integers(0, 10_000))
    by = draw(st.integers(1, 0x7F))

    def apply(connection: sa.Connection) -> None:
        rows = {row.seq: row for row in connection.execute(sa.select(audit_line))}
        here = audit_line.c.seq == one
        match kind:
            case "edit" | "edit and hash":
                body = rows[one].body
                place = at % len(body)
                changed = body[:place] + chr(ord(body[place]) ^ by) + body[place + 1 :]
                values = {"body": changed}
                if kind == "edit and hash":
                    values["hash"] = hashlib.sha256(changed.encode()).hexdigest()
                connection.execute(sa.update(audit_line).where(here).values(**values))
            case "delete":
                connection.execute(sa.delete(audit_line).where(here))
            case "swap":
                for seq, source in ((one, rows[other]), (other, rows[one])):
                    values = {name: getattr(source, name) for name in ("at", "actor", "action", "hash", "body")}
                    connection.execute(sa.update(audit_line).where(audit_line.c.seq == seq).values(**values))
            case "insert":
                connection.execute(sa.update(audit_line).where(audit_line.c.seq > one).values(seq=-audit_line.c.seq))
                connection.execute(sa.update(audit_line).where(audit_line.c.seq < 0).values(seq=1 - audit_line.c.seq))
                values = {name: getattr(rows[one], name) for name in ("at", "actor", "action", "hash", "body")}
                connection.execute(sa.insert(audit_line).values(seq=one + 1, **values))
            case "truncate":
                for table in (audit_line, audit_person):
                    connection.execute(sa.delete(table).where(table.c.seq >= one))
            case "renumber":
                connection.execute(sa.update(audit_line).where(here).values(seq=SIZE + at + 1))

    apply.__name__ = f"{kind} of {one} ({other}, {at}, {by})"
    return apply


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutate=mutations())
def test_whatever_is_done_to_the_lines_is_found(
    long_chain: Path, tmp_path_factory: pytest.TempPathFactory, mutate: Callable[[sa.Connection], None]
) -> None:
    folder = Path(shutil.copytree(long_chain, tmp_path_factory.mktemp("mutated") / "var"))
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
    try:
        witness = Witness(folder / "witness")
        assert verify(store, witness, KEY.public).fault is None
        with store.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            mutate(connection)
        assert verify(store, witness, KEY.public).fault is not None
    finally:
        store.close()
