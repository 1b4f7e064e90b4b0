"""A film as one HTML file that plays without a server: the player, Plotly's script and the film itself."""

import base64
import gzip
import html
import json
from typing import Any

from engine.algorithm import Algorithm
from runtime import script
from runtime.doors import hash_of
from ui.player import SCRIPT, STYLE
from ui.running import running
from ui.text import Topic, phrases

PAGE = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>
<style>:root {{ color-scheme: light dark; --st-background-color: #FAF9F6; --st-font: system-ui, sans-serif }}
@media (prefers-color-scheme: dark) {{ :root {{ --st-background-color: #131416 }} }}
@media (min-width: 1500px) {{ body {{ max-width: 1440px !important }} }}
body {{ margin: 0 auto; max-width: 1000px; padding: 16px; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#FAF9F6, #131416); color: light-dark(#1B1C1E, #ECEAE5) }}
h1 {{ font: 500 26px/1.2 Georgia, serif; margin: 0 0 4px }}
h2 {{ font: 500 18px/1.2 Georgia, serif; margin: 24px 0 8px }} p {{ margin: 0 0 12px }}
{style}</style>
<h1>{title}</h1><p>{question}</p><div id="stage"></div>
<h2>{code}</h2><div id="code"></div>
<script>{plotly}</script>
<script type="module">{player}</script></html>
"""
PLAY = """
offline({{data: {data}, parentElement: document.getElementById("stage"), setTriggerValue() {{}}}});
offline({{data: {code}, parentElement: document.getElementById("code"), setTriggerValue() {{}}}});
"""
POLICY = "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'"


def page(text: Topic, film: bytes, kind: Algorithm[Any]) -> str:
    """The file: a film of that kind, with its code. What stands in the scripts cannot end them: "</" is written as "<\\/". No
    other script runs in it."""
    words = dict(phrases(text.language)["player"])
    data = {
        "kind": "player",
        "films": [{"key": "film", "address": "", "name": ""}],
        "start": None,
        "autoplay": False,
        "link": "",
        "file": text.slug,
        "plotly": "",
        "words": words,
        "code": running(kind),
        "closeup": {"now": False, "offered": False},
        "offline": True,
        "nonce": 0,
        "inline": {"films": {"film": base64.b64encode(film).decode()}, "plotly": None},
    }
    plotly = gzip.decompress(script.compressed()).decode().replace("</script", "<\\/script")
    player = SCRIPT.replace("export default function", "const offline = function").replace("</script", "<\\/script")
    told = {"data": data, "code": {"kind": "code", "words": words}}
    player += PLAY.format(**{name: json.dumps(value).replace("</", "<\\/") for name, value in told.items()})
    return PAGE.format(
        lang=text.language,
        policy=POLICY.format(scripts=" ".join(map(hash_of, (plotly, player)))),
        title=html.escape(text.title),
        question=html.escape(text.question),
        code=html.escape(phrases(text.language)["ui"]["code"]),
        style=STYLE,
        plotly=plotly,
        player=player,
    )
