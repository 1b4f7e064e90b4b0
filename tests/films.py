"""Read a film as the player does: lines, references resolved, colours and series put in."""

import json
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charts import theme

ENTRY = (Path(__file__).parents[1] / "assets" / "scripts" / "plotly-entry.js").read_text(encoding="utf-8")
TRACES = {"scatter", *re.findall(r"plotly\.js/(?:lib|src/traces)/(?!core)(\w+)", ENTRY)}  # what our Plotly can draw


@dataclass
class Read:
    head: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    done: bool = False
    raw: str = ""


def read(film: bytes) -> Read:
    """A whole film. Fails on a line that is not as the protocol says."""
    out, values = Read(raw=zlib.decompress(film, 31).decode()), []
    for line in out.raw.splitlines():
        (kind, content), *rest = json.loads(line).items()
        assert not rest, line[:80]
        if kind == "head":
            out.head = content
        elif kind == "value":
            values.append(resolved(content, values))
        elif kind == "row":
            out.rows.append(dict(zip([key for key, _ in out.head["columns"]], content, strict=True)))
        elif kind == "picture":
            out.pictures.append(resolved(content, values))
        elif kind == "error":
            out.error = content
        elif kind == "done":
            out.done = True
        else:
            assert kind in ("total", "queued"), kind
    return out


def resolved(item: Any, values: list[Any]) -> Any:
    if isinstance(item, dict):
        return values[item["$"]] if set(item) == {"$"} else {key: resolved(value, values) for key, value in item.items()}
    return [resolved(value, values) for value in item] if isinstance(item, list) else item


def figure(picture: dict[str, Any], palette: theme.Palette = theme.LIGHT) -> dict[str, Any]:
    """What Plotly gets to see."""
    layout = {**picture["figure"]["layout"], "template": theme.TEMPLATE}
    return theme.resolve({"data": picture["figure"]["data"], "layout": layout}, palette)  # type: ignore[no-any-return]
