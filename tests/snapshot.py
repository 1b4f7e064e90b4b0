"""Everything a reader reads, to be compared before and after a change: `python -m tests.snapshot` writes it to `build/`.

`python -m tests.snapshot compare OLD [NEW]` prints what differs, by topic, scene and field, and ends with 1 if anything does;
without NEW it is drawn anew. TOPIC=som looks at one topic alone. Of a long film some forty pictures are kept, evenly spread, both ends among them.
"""

import gzip
import json
import os
import sys
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

os.environ["WORKERS"] = "0"
for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(threads, "1")

import numpy as np  # noqa: E402

from contents import SECTIONS  # noqa: E402
from engine.params import Spec  # noqa: E402
from runtime.jobs import Job  # noqa: E402
from runtime.lines import plain  # noqa: E402
from tests import links  # noqa: E402
from ui.text import LANGUAGES, Experiment, theory  # noqa: E402

FILE = Path(__file__).parents[1] / "build" / "snapshot.json.gz"
MOST, EXAMPLES = 40, 3
READ = ("phase", "said", "alt", "numbers", "formula", "values", "of", "at", "metrics")
KINDS = {  # how a link asks for what a page does not open with
    "ngram": ["show=context", "show=perplexity", "show=generate", "show=weights", "show=turing"],
    "word2vec": ["show=tree", "show=pair", "show=noise", "show=cuts", "show=glove"],
    "decoding": ["strategy=greedy", "strategy=exhaustive", "strategy=sampling", "strategy=widths"],
    "som": ["mode=batch", "unfold=true", "close_up=12"],
    "em": ["model=mixture", "model=mixture&em.by_k=true", "close_up=2"],
    "gcn": ["show=propagate", "show=depth", "show=ablate", "show=inspect", "close_up=4"],
    "swin": ["show=shapes", "show=offsets", "show=cost", "show=trained"],
    "diffusion": ["what=points", "what=forward", "what=points&diffusion.by_calls=true", "close_up=3"],
}
Scenes = dict[str, Any]  # "topic/scene/language" → a picture's number → what is read


def scenes() -> Iterator[tuple[str, str]]:
    """What is drawn: a name, and the address that opens it."""
    for slug in (slug for slugs in SECTIONS.values() for slug in slugs if os.environ.get("TOPIC") in (None, slug)):
        yield f"{slug}/as it opens", slug
        for kind in KINDS.get(slug, ()):
            yield f"{slug}/{kind}", f"{slug}?{slug}.{kind}"
        for item in theory(slug, "en").experiments:
            yield f"{slug}/{item.id}", _address(slug, item, {})
            if item.then_set:
                yield f"{slug}/{item.id}, then", _address(slug, item, item.then_set)


def _address(slug: str, item: Experiment, then: Mapping[str, Any]) -> str:
    said = {f"{slug}.{name}": Spec.write(value) for name, value in {**item.set, **then}.items()}
    return f"{slug}?{urlencode({'data': item.data, **said})}"


def snapshot() -> Scenes:
    """All scenes in all languages."""
    first, jobs, out = links.visitor().run(), {}, {}
    for name, address in scenes():
        for language in LANGUAGES:
            film, *_ = links.opened(links.visitor(first), {"open": f"{address}{'&' if '?' in address else '?'}lang={language}"})
            job = jobs.get(film.run.key) or links.computed(film.run)
            jobs = {film.run.key: job}  # the next language asks for it again, nobody else
            out[f"{name}/{language}"] = _read(film, job)
    return json.loads(json.dumps(out))  # type: ignore[no-any-return]  # as it comes out of a file


def _read(film: links.Opened, job: Job) -> dict[str, Any]:
    """What is read beside some pictures of a film."""
    last = len(job.frames) - 1
    some = sorted({round(k * last / (MOST - 1)) for k in range(MOST)}) if last >= MOST else range(last + 1)
    out: dict[str, Any] = {"film": {"pictures": len(job.frames), "outcome": job.outcome}}
    for i in some:
        picture = film.picture(job.frames, i)
        out[str(i)] = {field: _plain(getattr(picture, field)) for field in READ}
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [_plain(item) for item in value]
    return plain(value) if not isinstance(value, float) or isfinite(value) else str(float(value))  # NaN is not NaN


def differences(old: Scenes, new: Scenes) -> dict[str, list[str]]:
    """What differs: "topic/scene/language: field" → examples."""
    out: dict[str, list[str]] = {}
    for name in sorted({*old, *new}):
        if name not in old or name not in new:
            out[name] = ["only in the old one" if name in old else "only in the new one"]
            continue
        for i in sorted({*old[name], *new[name]}, key=lambda i: (len(i), i)):
            before, after = old[name].get(i, {}), new[name].get(i, {})
            for field in {**before, **after}:
                if before.get(field) != after.get(field):
                    said = f"{i}: {_changed(before.get(field), after.get(field))}"
                    out.setdefault(f"{name}: {field}", []).append(said)
    return out


def _changed(before: Any, after: Any) -> str:
    """Two values; of two tables only what differs."""
    if isinstance(before, dict) and isinstance(after, dict):
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        return "; ".join(f"{key}: {before.get(key)} → {after.get(key)}" for key in keys)
    return f"{before}\n      → {after}"


def load(path: str) -> Scenes:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)  # type: ignore[no-any-return]


def compare(old: Scenes, new: Scenes) -> int:
    """Print what differs; 1 if anything does."""
    topics = {name.partition("/")[0] for name in new}
    found = differences({name: film for name, film in old.items() if name.partition("/")[0] in topics}, new)
    for where, examples in found.items():
        print(f"{where} ({len(examples)})")
        for example in examples[:EXAMPLES]:
            print("   ", example)
    print(f"{len(found)} differences in {len(new)} films")
    return int(bool(found))


def main(words: list[str]) -> int:
    if words[:1] == ["compare"] and len(words) in (2, 3):
        return compare(load(words[1]), load(words[2]) if len(words) == 3 else snapshot())
    if words:
        sys.exit(__doc__)
    drawn = snapshot()
    FILE.parent.mkdir(exist_ok=True)
    with gzip.open(FILE, "wt", encoding="utf-8") as file:
        json.dump(drawn, file, ensure_ascii=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
