"""Films that come torn, late, elsewhere or not at all."""

import base64
import gzip
import re

import pytest
from playwright.sync_api import expect

from runtime import script
from tests.ui.player.harness import Stream, events, film, head, inline, opening, player, press, show, steps, wait


def test_a_run_that_diverged_stays_at_its_last_picture_and_explains_itself(page, server):
    server.films["far"] = [
        head(),
        {"total": 12},
        *steps(0, 4),
        {"error": {"title": "The map ran away", "text": "α &lt; 1 is <b>enough</b>.", "diverged": True}},
    ]
    show(page, "far")
    wait(page, state="error", step=3)
    assert page.inner_text(".th-phase") == "! The map ran away"
    assert page.inner_text(".th-said") == "α < 1 is enough."
    assert page.get_attribute(".th-plot", "aria-label") == "The map ran away. α < 1 is enough."
    expect(page.locator(".th-sum")).to_be_hidden()
    press(page, "back")
    wait(page, step=2)
    assert page.inner_text(".th-phase") == "Step 2"


def test_a_run_without_a_picture_says_why(page, server):
    server.films["none"] = [head(), {"error": {"title": "Too big", "text": "Take fewer units.", "diverged": False}}]
    show(page, "none")
    wait(page, state="error")
    expect(page.locator(".th-veil")).to_have_text(re.compile("Too big.*Take fewer units.", re.S))


def test_a_forgotten_film_is_asked_for_again_and_the_picture_stays(page, server):
    show(page, "small")
    wait(page, step=11)
    show(page, "lost")
    page.wait_for_function("window.events.length")
    assert [event["film"] for event in events(page, "gone")] == ["lost"]
    assert page.locator(".th-plot .point").count() > 9
    server.films["lost"] = film(4)
    show(page, "lost", nonce=1)
    wait(page, film="lost", step=3, state="ready")
    assert len(events(page, "gone")) == 1


@pytest.mark.parametrize(
    "answer", [(404, "text/html", "<h1>no</h1>"), (200, "text/html", "<h1>Streamlit</h1>"), (502, "text/plain", "")]
)
def test_a_host_without_our_routes_is_told_once_and_the_page_hands_the_film_over(page, server, answer):
    server.films["host"] = answer
    show(page, "host")
    page.wait_for_function("window.events.length")
    page.wait_for_timeout(1100)
    assert events(page, "inline") == [{"kind": "inline", "films": ["host"], "plotly": False}]
    show(page, "host", inline={"films": {"host": inline(film(5))}, "plotly": None})
    wait(page, film="host", step=4, state="ready")


def test_a_server_that_says_nothing_is_a_host_without_our_routes(page, server):
    page.route("**/films/mute*", lambda route: None)
    show(page, "mute")
    page.wait_for_function("window.events.length", timeout=5000)
    assert events(page, "inline") == [{"kind": "inline", "films": ["mute"], "plotly": False}]


def test_a_missing_plotly_script_is_handed_over_by_the_page(fresh):
    page = fresh
    show(page, "small", plotly="/nothing.js")
    page.wait_for_function("window.events.length")
    assert events(page, "inline") == [{"kind": "inline", "films": [], "plotly": True}]
    show(
        page,
        "small",
        plotly="/nothing.js",
        inline={"films": {}, "plotly": base64.b64encode(gzip.compress(script.FILE.read_bytes(), 1)).decode()},
    )
    wait(page, step=11, state="ready")


def test_a_torn_stream_keeps_its_picture_and_is_read_again(page, server):
    torn = server.films["torn"] = Stream()
    torn.say(head(), {"total": 12}, *steps(0, 4))
    show(page, "torn")
    wait(page, step=3, state="running")
    server.films["torn"] = film()
    torn.tear()
    wait(page, step=11, state="ready")
    assert events(page, "inline") == []


def test_where_the_opening_came_with_the_page_and_no_film_is_found_here_the_rest_is_asked_for_as_data(page, server):
    server.films["half"] = (200, "text/html", "<h1>Somebody else</h1>")
    told = player("half")
    told["films"][0]["sent"] = inline(opening(11))
    page.evaluate("data => window.mount(data)", told)
    wait(page, step=11)
    press(page, "back")
    page.wait_for_function("window.events.some(([, {kind}]) => kind === 'inline')")
    assert events(page, "inline")[0]["films"] == ["half"]
