import numpy as np
import pytest

from features.world.draws import Choice, Ragged, Stream, block_generator


def test_a_choice_draws_in_proportion_and_never_a_weight_of_zero() -> None:
    choice = Choice.of([1.0, 0.0, 3.0])
    assert choice.at(np.array([0.0, 0.24, 0.26, 0.999])).tolist() == [0, 0, 2, 2]
    drawn = choice.draw(block_generator(1, Stream.PEOPLE, 0), 20_000)
    assert np.bincount(drawn, minlength=3)[1] == 0
    assert abs((drawn == 2).mean() - 0.75) < 0.02


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [float("nan")]])
def test_weights_that_draw_nothing_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Choice.of(weights)


def test_ragged_rows_draw_their_own_items_in_proportion() -> None:
    table = Ragged.of([2, 0, 0, 2, 2], [7, 1, 5, 9, 8], [1.0, 1.0, 3.0, 1.0, 0.0], n_rows=4)
    rows = np.array([0, 0, 0, 1, 2, 2, 3])
    uniform = np.array([0.0, 0.24, 0.26, 0.5, 0.49, 0.51, 0.9])
    assert table.draw(rows, uniform).tolist() == [1, 1, 5, -1, 7, 9, -1]


def test_a_ragged_without_items_has_nothing_to_draw() -> None:
    assert Ragged.of([], [], [], n_rows=3).draw(np.array([0, 2]), np.array([0.1, 0.9])).tolist() == [-1, -1]


def test_ragged_draws_follow_the_weights_in_every_row() -> None:
    generator = np.random.default_rng(3)
    rows, items = np.repeat(np.arange(40), 6), np.tile(np.arange(6), 40)
    weights = generator.random(240)
    table = Ragged.of(rows, items, weights, n_rows=40)
    asked = np.repeat(np.arange(40), 4000)
    drawn = table.draw(asked, generator.random(asked.size))
    for row in (0, 17, 39):
        share = np.bincount(drawn[asked == row], minlength=6) / 4000
        expected = weights[row * 6 : row * 6 + 6] / weights[row * 6 : row * 6 + 6].sum()
        assert np.abs(share - expected).max() < 0.03


def test_streams_and_blocks_are_independent() -> None:
    first = block_generator(1, Stream.PEOPLE, 0).random(4).tolist()
    assert first == block_generator(1, Stream.PEOPLE, 0).random(4).tolist()
    others = [(2, Stream.PEOPLE, 0), (1, Stream.OFFER, 0), (1, Stream.PEOPLE, 1)]
    assert all(block_generator(*other).random(4).tolist() != first for other in others)
