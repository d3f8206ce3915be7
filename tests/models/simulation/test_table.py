"""The table that rankers learn from: what a log says, cut where the weeks held out begin."""

import numpy as np

from models.ranking.outcomes import Outcome
from models.simulation.table import ranking_table
from tests.models.simulation import made


def test_a_table_has_every_shown_result_in_its_list() -> None:
    log, market = made.log(), made.market()
    table = ranking_table(log, market)
    assert len(table) == len(log)
    assert table.names == market.names
    assert np.array_equal(table.item, market.offer[log.candidate])
    lists = np.stack([table.person, table.week], axis=1)[table.starts[:-1]]
    assert len(np.unique(lists, axis=0)) == len(lists)
    assert (table.position[table.starts[:-1]] == 0).all()
    assert (table.outcome == Outcome.HIRED).sum() == (log.hired_week >= 0).sum()


def test_a_table_for_training_knows_nothing_of_the_weeks_held_out() -> None:
    log = made.log()
    table = ranking_table(log, made.market(), known_at=4)
    assert table.week.max() == 3
    assert (table.outcome == Outcome.HIRED).sum() == ((log.hired_week >= 0) & (log.hired_week < 4)).sum()
    assert len(table) == (log.week < 4).sum()


def test_segments_tell_who_had_a_history() -> None:
    log = made.log()
    table = ranking_table(log, made.market())
    without = table.segments["sans_historique"].of_row == 1
    assert without[log.week == 0].all()
    interest = table.column("interest")
    profiled = made.market().persons.profiling[log.person]
    assert np.isnan(interest[without & profiled]).mean() > 0.95
    assert 0 < without[log.week == made.WEEKS - 1].mean() < 0.8
    assert set(table.segments) == {"urbain_rural", "secteur", "sans_historique", "offre_nouvelle"}
