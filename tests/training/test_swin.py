"""Training goes on from where it stopped; what is shipped is as good as it says."""

import argparse
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine import data
from engine.samples import DATASETS
from engine.vision import swin
from engine.vision.swin import net as swin_net
from engine.vision.swin.samples import EMOJI
from training import swin as training

FASHION = Path(os.environ.get("FASHION_MNIST", "/usr/share/datasets/fashion-mnist"))


def arguments(out: Path) -> argparse.Namespace:
    return argparse.Namespace(data="emoji", shift=2, steps=4, rate=2e-3, every=2, seed=0, out=out)


def test_a_run_that_goes_on_from_a_checkpoint_ends_where_one_that_never_stopped_does(tmp_path, monkeypatch):
    few = tuple(part[:40] for part in training.emoji())
    monkeypatch.setattr(training, "emoji", lambda seed=0: few)
    monkeypatch.setattr(training, "BATCH", 8)
    training.train(arguments(tmp_path / "whole.safetensors"))
    saves = []
    real = torch.save

    def save(state, path):
        real(state, path)
        saves.append(state["step"])
        if state["step"] == 2 and len(saves) == 1:
            Path(path).replace(str(path).replace(".new", ".pt"))
            raise KeyboardInterrupt

    monkeypatch.setattr(torch, "save", save)
    with pytest.raises(KeyboardInterrupt):
        training.train(arguments(tmp_path / "part.safetensors"))
    training.train(arguments(tmp_path / "part.safetensors"))
    assert saves == [2, 4]
    whole, part = (load_file(tmp_path / f"{name}.safetensors") for name in ("whole", "part"))
    assert all(torch.equal(whole[name], part[name]) for name in whole)


def test_with_and_without_the_shift_training_begins_at_the_same_weights():
    states = []
    for shift in (0, 2):
        torch.manual_seed(0)
        states.append(swin_net.Classifier(10, shift=shift).state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_the_emoji_held_back_are_not_among_those_that_are_learned():
    x, _, test_x, _ = training.emoji()
    seen = {picture.tobytes() for picture in x}
    assert len(x) + len(test_x) == 1026
    for name in EMOJI:
        pixels = data.sample(name).pixels
        assert any((pixels == other).all() for other in test_x)
        assert pixels.tobytes() not in seen


def test_the_file_of_weights_is_small_and_says_how_it_was_made():
    for labels in ("fashion", "emoji"):
        for weights in ("shifted", "still"):
            assert swin.file_of(labels, weights).stat().st_size <= 4_000_000
            facts = swin.measured(labels, weights)
            assert set(facts) == {"accuracy", "tested", "steps", "minutes", "seed"}


@pytest.mark.parametrize("weights", ["shifted", "still"])
def test_the_accuracy_on_held_back_emoji_is_the_one_stated(weights):
    *_, x, y = training.emoji()
    model = swin_net.load(swin.file_of("emoji", weights), 2 if weights == "shifted" else 0)
    assert training.accuracy(model, x, y) == pytest.approx(swin.measured("emoji", weights)["accuracy"], abs=1.5 / len(x))
    model.eval()


@pytest.mark.parametrize("weights", ["shifted", "still"])
def test_the_accuracy_on_fashion_mnist_is_the_one_stated(weights):
    facts = swin.measured("fashion", weights)
    assert facts["tested"] == 10_000
    if not FASHION.exists():
        pytest.skip("Debian's dataset-fashion-mnist is not installed")
    *_, x, y = training.fashion(FASHION)
    model = swin_net.load(swin.file_of("fashion", weights), 2 if weights == "shifted" else 0)
    assert training.accuracy(model, x, y) == pytest.approx(facts["accuracy"], abs=5e-4)
    model.eval()


def test_the_bundled_clothes_are_recognised():
    held = np.load(DATASETS / "clothes_10.npz", allow_pickle=False)
    model = swin_net.load(swin.file_of("fashion", "shifted"), 2)
    with torch.inference_mode():
        guess = model(training.frame(held["x"][..., None], 2, 2)).argmax(1).numpy()
    assert (guess == held["y"]).sum() >= 8
    boot = data.sample("boot")
    _, scores = swin_net.watch(swin.file_of("fashion", "shifted"), swin.small(boot, "fashion"), 2)
    assert scores.argmax() == guess[9]
