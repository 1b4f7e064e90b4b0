"""Decoding: our bookkeeping of a beam beside that of transformers 5.24.0. Run with `python -m benchmarks.decoding`.

What a step of beam search costs besides the model. Ours is `beam_step` and what follows from it: the prefixes that live on.
The peer's is `generate` with 5 beams minus as many bare calls of the same model, which looks its logits up in a table.
Both alternate in one process on one thread; times are medians of 9 pairs, ratio = peer / ours, aim = the most wanted.
"""

from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from typing import Any, TypedDict

import numpy as np

from benchmarks import pairs
from engine.language import decoding
from engine.samples import sample

WIDTH, V, STEPS, AIM = 5, 1000, 50, 0.1


class Row(TypedDict):
    name: str
    ours_ms: float
    peer_ms: float | None
    ratio: float | None
    aim: float | None
    note: str


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| decoding | ours | peer | ratio | aim | |", "|---|---|---|---|---|---|"]
    for row in rows:
        peer = f"{row['peer_ms']:.3f} ms" if row["peer_ms"] else "–"
        ratio = f"{row['ratio']:.1f}×" if row["ratio"] else "–"
        aim = f"≤ {row['aim']:g} ms, {'met' if row['ours_ms'] <= row['aim'] else '**missed**'}" if row["aim"] else "–"
        lines.append(f"| {row['name']} | {row['ours_ms']:.3f} ms | {peer} | {ratio} | {aim} | {row['note']} |")
    return "\n".join(lines)


def bookkeeping() -> Row:
    """A step's ranking and choice at width 5 among 1,000 tokens, and the same best sentence as the peer's."""
    log_probs = _markov()
    if find_spec("transformers") is None or find_spec("torch") is None:
        return _row(lambda: _ours(log_probs), None, "peer transformers: not installed")
    whole, bare, best = _peer(log_probs)
    assert _ours(log_probs) == best
    return _row(lambda: _ours(log_probs), (whole, bare), "peer transformers `generate` less the model; same best sentence")


def default_run() -> Row:
    """What the page opens with: all frames."""
    kind = decoding.ALGORITHMS[0]
    search, params, name = kind.train, kind.Params(), kind.sample
    table = sample(name)
    ours = [1000 * pairs.seconds(lambda: list(search(params, table))) for _ in range(pairs.PAIRS)]
    return Row(name="the default run, all frames", ours_ms=median(ours), peer_ms=None, ratio=None, aim=2000, note="")


def _markov() -> np.ndarray:
    """Log probabilities (V, V) of the next token after each; the last is the end token, which never comes: all steps are made."""
    logits = np.random.default_rng(0).normal(size=(V, V))
    logits[:, -1] = -np.inf
    return np.asarray(logits - np.log(np.exp(logits).sum(1, keepdims=True)))


def _ours(log_probs: np.ndarray) -> list[int]:
    """The best of 5 beams after all steps, from token 0 on."""
    prefixes: list[tuple[int, ...]] = [(0,)]
    scores = np.zeros(1)
    for _ in range(STEPS):
        ranked = decoding.beam_step(scores, log_probs[[prefix[-1] for prefix in prefixes]], WIDTH, V - 1)
        parent, token = ranked.parent[ranked.live].tolist(), ranked.token[ranked.live].tolist()
        prefixes = [(*prefixes[i], j) for i, j in zip(parent, token, strict=True)]
        scores = ranked.logp[ranked.live]
    return list(prefixes[0][1:])


def _peer(log_probs: np.ndarray) -> tuple[Callable[[], object], Callable[[], object], list[int]]:
    """`generate`, the model's calls alone, and the best sentence of the former."""
    import torch
    from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
    from transformers.modeling_outputs import CausalLMOutput
    from transformers.utils import logging

    logging.set_verbosity_error()
    torch.set_num_threads(1)

    class Looked(PreTrainedModel, GenerationMixin):
        config_class, _supports_cache_class = PretrainedConfig, False

        def __init__(self, config: Any) -> None:
            super().__init__(config)
            self.rows = torch.nn.Parameter(torch.tensor(log_probs), requires_grad=False)
            self.post_init()

        def _init_weights(self, module: Any) -> None:
            pass

        def prepare_inputs_for_generation(self, input_ids: Any, **_: Any) -> dict[str, Any]:
            return {"input_ids": input_ids}

        def forward(self, input_ids: Any, **_: Any) -> Any:
            return CausalLMOutput(logits=self.rows[input_ids[:, -1:]])

    model = Looked(PretrainedConfig(vocab_size=V, eos_token_id=V - 1, pad_token_id=V - 1)).eval()
    how = GenerationConfig(num_beams=WIDTH, max_new_tokens=STEPS, length_penalty=0.0, do_sample=False, use_cache=False,
                           early_stopping="never", eos_token_id=V - 1, pad_token_id=V - 1)  # fmt: skip
    start, beams = torch.zeros((1, 1), dtype=torch.long), torch.zeros((WIDTH, STEPS), dtype=torch.long)

    def whole() -> list[int]:
        with torch.no_grad():
            found: list[int] = model.generate(start, generation_config=how)[0, 1:].tolist()
        return found

    def bare() -> None:
        with torch.no_grad():
            for _ in range(STEPS):
                model(input_ids=beams)

    return whole, bare, whole()


def _row(ours: Callable[[], object], peer: tuple[Callable[[], object], Callable[[], object]] | None, note: str) -> Row:
    less = (lambda: 1000 * (pairs.seconds(peer[0]) - pairs.seconds(peer[1])) / STEPS) if peer else None
    mine, theirs = pairs.timed(lambda: 1000 * pairs.seconds(ours) / STEPS, less)
    return Row(
        name=f"bookkeeping of a step, width {WIDTH}, {V:,} tokens",
        ours_ms=median(mine),
        peer_ms=median(theirs) if theirs else None,
        ratio=median(b / a for a, b in zip(mine, theirs, strict=True)) if theirs else None,
        aim=AIM,
        note=note,
    )


BENCHES = (bookkeeping, default_run)

if __name__ == "__main__":
    print(table([bench() for bench in BENCHES]))
