"""Points of both samplers, while the network that they ask is trained."""

import pytest

from engine.generative import diffusion
from tests.engine.algorithms import few_points
from ui.text import theory
from views.generative import diffusion as view


@pytest.mark.parametrize("close_up", [-1, 3])
def test_training_is_drawn_where_both_samplers_are_asked_for(close_up):
    params, data = diffusion.Params(what="points", sampler="both", training=100, calls=2, close_up=close_up), (few_points(),)
    frames = list(diffusion.sample(params, *data))
    for i in (0, len(frames) // 2, len(frames) - 1):
        assert "DDIM" in str(view.draw(frames, i, params, data, view.Options(), theory("diffusion", "en")).layout)
