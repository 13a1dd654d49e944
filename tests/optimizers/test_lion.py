"""Lion."""

from optimizer_papers import walk

from minidl.optimizers import Lion


def test_lion_moves_by_the_rate_and_stands_only_where_nothing_pulls():
    # m remembers the large one
    assert walk(Lion(0.5), [1e-20, 1e20, 0.0, -1e-20]) == [-0.5, -1.0, -1.5, -2.0]
    assert walk(Lion(0.5), [0.0, 0.0]) == [0.0, 0.0]
    # the direction mixes by β₁ = ½, the memory by β₂ = ¾: m = .25, then .1375; directions .5, then
    # .125 − .1 > 0, then .06875 − .1 < 0
    assert walk(Lion(1.0, beta_1=0.5, beta_2=0.75), [1.0, -0.2, -0.2]) == [-1.0, -2.0, -1.0]
