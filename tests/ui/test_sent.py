"""What a page sends to its player: an opening that is there, once; and where the player's own script is."""

import base64
import gzip
import json

import pytest

import app
from runtime import server
from tests.pages import opened
from ui import player

pytestmark = pytest.mark.usefixtures("in_line")


@pytest.fixture
def told(monkeypatch):
    """What the player is told at each run of a page, newest last."""
    heard = []
    monkeypatch.setattr("ui.player.PLAYER", lambda key, data, **how: heard.extend([data] * (data["kind"] == "player")))
    return heard


def sent(told):
    """The lines of the opening that came with the page; nothing where none did."""
    packed = told[-1]["films"][0]["sent"]
    return [json.loads(line) for line in gzip.decompress(base64.b64decode(packed)).splitlines()] if packed else []


def draw(told):
    """Have the film drawn that the player was told of."""
    _, films = server.running()
    films.whole(films.get(told[-1]["films"][0]["key"]))


def test_the_opening_of_a_film_that_is_there_comes_with_the_page_and_once(told):
    first = opened("som", data="square", som__steps="300")
    assert sent(told) == []  # it is not drawn yet
    draw(told)
    assert sent(told) == []
    first.run()
    assert sent(told) == []  # the browser knows this film
    opened("som", data="square", som__steps="300")
    lines = sent(told)
    assert [next(iter(line)) for line in lines][-1] == "picture"
    assert {"at": 60} in lines


def test_a_large_opening_is_asked_for(told, monkeypatch):
    opened("som", data="square", som__steps="300")
    draw(told)
    monkeypatch.setattr("ui.player.SENT_BYTES", 100)
    opened("som", data="square", som__steps="300")
    assert sent(told) == []


def test_the_players_script_is_served_compressed_for_ever_under_a_name_that_says_what_it_holds(told):
    opened("som", data="square", som__steps="300")
    assert told[-1]["script"] == f"/{player.PATH}"
    assert gzip.decompress(app.SCRIPTS[player.PATH]()).decode() == player.SERVED


@pytest.mark.parametrize(("kept", "comes"), [(6, False), (1, True)])
def test_a_film_that_the_browser_keeps_is_not_sent_again_and_one_that_it_has_let_go_is(told, monkeypatch, kept, comes):
    monkeypatch.setattr("ui.player.KEPT", kept)
    page = opened("som", data="square", som__steps="300")
    draw(told)
    first = told[-1]["films"][0]["key"]
    page.slider(key="som.rows").set_value(7).run()
    assert told[-1]["films"][0]["key"] != first
    page.slider(key="som.rows").set_value(12).run()
    assert told[-1]["films"][0]["key"] == first
    assert bool(sent(told)) is comes
