"""A film as one HTML file that plays without a server: the player, Plotly's script and the film itself."""

import base64
import gzip
import html
import json

from runtime import script
from runtime.doors import hash_of
from ui.player import SCRIPT, STYLE
from ui.text import Topic, phrases

PAGE = """<!doctype html>
<html lang="{lang}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="{policy}"><title>{title}</title>
<style>:root {{ color-scheme: light dark; --st-background-color: #FAF9F6; --st-font: system-ui, sans-serif }}
@media (prefers-color-scheme: dark) {{ :root {{ --st-background-color: #131416 }} }}
body {{ margin: 0 auto; max-width: 1000px; padding: 16px; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#FAF9F6, #131416); color: light-dark(#1B1C1E, #ECEAE5) }}
h1 {{ font: 500 26px/1.2 Georgia, serif; margin: 0 0 4px }} p {{ margin: 0 0 12px }}
{style}</style>
<h1>{title}</h1><p>{question}</p><div id="stage"></div>
<script>{plotly}</script>
<script type="module">{player}</script></html>
"""
PLAY = """
offline({{data: {data}, parentElement: document.getElementById("stage"), setTriggerValue() {{}}}});
"""
POLICY = "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'"


def page(text: Topic, film: bytes) -> str:
    """The file. What stands in the scripts cannot end them: "</" is written as "<\\/". No other script runs in it."""
    data = {
        "kind": "player",
        "films": [{"key": "film", "address": "", "name": ""}],
        "start": None,
        "autoplay": False,
        "link": "",
        "file": text.slug,
        "plotly": "",
        "words": dict(phrases(text.language)["player"]),
        "closeup": {"now": False, "offered": False},
        "offline": True,
        "nonce": 0,
        "inline": {"films": {"film": base64.b64encode(film).decode()}, "plotly": None},
    }
    plotly = gzip.decompress(script.compressed()).decode().replace("</script", "<\\/script")
    player = SCRIPT.replace("export default function", "const offline = function").replace("</script", "<\\/script")
    player += PLAY.format(data=json.dumps(data).replace("</", "<\\/"))
    return PAGE.format(
        lang=text.language,
        policy=POLICY.format(scripts=" ".join(map(hash_of, (plotly, player)))),
        title=html.escape(text.title),
        question=html.escape(text.question),
        style=STYLE,
        plotly=plotly,
        player=player,
    )
