"""How a film opens, plays, grows and comes to rest."""

import pytest
from playwright.sync_api import expect

import tests.ui.player.harness as harness
from charts import theme
from tests.ui.player.harness import STAGE, Stream, film, head, inline, opening, press, remember_steps, show, step, steps, wait

FRAMES = """() => { window.ask_frame = requestAnimationFrame; window.frames_asked = 0;
    window.requestAnimationFrame = (turn) => { window.frames_asked++; return window.ask_frame(turn); }; }"""


def test_a_finished_film_opens_on_its_last_picture_and_rests(page):
    show(page, "small")
    wait(page, step=11, state="ready", count=12, playing="false", film="small")
    assert page.inner_text(".th-phase") == "Step 11"
    assert page.inner_html(".th-said") == "Unit <b>2</b> moves."
    assert page.text_content(".th-sum") == "w=0.20·(−0.5)=−0.100"
    assert page.get_attribute(".th-plot", "aria-label") == "Alt text of step 11."
    assert page.inner_text(".th-live") == "Alt text of step 11."


def test_the_step_of_a_link_is_shown_first(page):
    show(page, "small", start=4)
    wait(page, step=4, state="ready")
    show(page, "other", start=99)
    wait(page, step=5, film="other")


def test_play_at_the_end_starts_from_the_start_and_shows_every_picture(page):
    show(page, "small")
    wait(page, step=11)
    remember_steps(page)
    press(page, "play")
    wait(page, step=11, playing="false")
    assert page.evaluate("window.seen") == list(range(12))


def test_autoplay_plays_from_the_start_unless_the_system_wants_no_motion(page):
    show(page, "small", autoplay=True)
    wait(page, playing="true")
    wait(page, step=11, playing="false")
    page.emulate_media(reduced_motion="reduce")
    show(page, "other", autoplay=True)
    wait(page, step=0, playing="false", film="other")


def test_buttons_and_keys_step_and_a_field_keeps_its_own_keys(page):
    show(page, "small")
    wait(page, step=11)
    press(page, "back", "back")
    wait(page, step=9)
    page.keyboard.press("ArrowRight")
    wait(page, step=10)
    page.keyboard.press("Home")
    wait(page, step=0)
    assert page.is_disabled(".th-back")
    press(page, "last")
    wait(page, step=11)
    page.focus("#field")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.wait_for_timeout(80)
    assert step(page) == 11
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    wait(page, playing="true")
    page.keyboard.press("Space")
    wait(page, playing="false")


def test_the_track_scrubs_and_speed_and_loop_take_effect(page):
    show(page, "small")
    wait(page, step=11)
    page.fill(".th-scrub", "3")
    wait(page, step=3)
    remember_steps(page)
    press(page, "speed", "speed", "loop", "play")
    assert page.inner_text(".th-speed") == "4×"
    page.wait_for_function("window.seen.includes(11) && window.seen.lastIndexOf(0) > window.seen.indexOf(11)")
    press(page, "play")
    wait(page, playing="false")
    assert page.locator(".th-ticks i").count() == 3


def test_a_growing_film_is_followed_until_a_hand_touches_it(page, server):
    growing = server.films["grow"] = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "grow")
    wait(page, step=2, state="running", count=3)
    assert page.inner_text(".th-note") == "computing 2 / 11"
    growing.say(*steps(3, 6))
    wait(page, step=5)
    press(page, "back")
    wait(page, step=4)
    growing.say(*steps(6, 8))
    wait(page, count=8, step=4)
    page.wait_for_function(
        "document.querySelector('.th-plot')._fullData.at(-3).x.length === 4"
    )  # the future of the curve grows though time stands still
    growing.say(*steps(8, 12), {"done": True})
    wait(page, state="ready", step=4)


def test_a_growing_film_goes_to_the_step_of_the_link_as_soon_as_it_has_come(page, server):
    growing = server.films["later"] = Stream()
    growing.say(head(), {"total": 12}, *steps(0, 3))
    show(page, "later", start=4)
    wait(page, count=3)
    growing.say(*steps(3, 7))
    wait(page, count=7, step=4)


def curve(page) -> int:
    return page.evaluate("document.querySelector('.th-plot')._fullData.at(-2).x.length")


def test_the_picture_that_a_page_opens_at_stands_there_with_its_curves_and_the_others_are_not_asked_for(page, server):
    early = server.films["early"] = Stream()
    early.say(*opening(11))
    show(page, "early")
    wait(page, step=11, state="ready", count=12)
    assert page.inner_text(".th-note") == ""  # nothing is being computed
    assert page.inner_text(".th-count") == "11 / 11"
    assert curve(page) == 12
    assert page.evaluate("document.querySelectorAll('.th-ticks i').length") == 11  # where its steps begin
    page.wait_for_timeout(200)
    assert server.asked.count("/films/early") == 1
    with page.expect_request("**/films/early"):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("document.querySelector('.th-count').textContent === '9 / 11'")  # there is where it goes
    early.say(*steps(0, 6))
    page.wait_for_timeout(200)
    assert page.get_attribute(".th-player", "data-step") == "11"
    early.say(*steps(6, 11), {"done": True})
    wait(page, step=9, state="ready", count=12)
    assert curve(page) == 10
    assert "moves" in page.inner_text(".th-said")


def test_a_film_that_rests_plays_from_its_start_as_its_pictures_come(page, server):
    early = server.films["early2"] = Stream()
    early.say(*opening(5, 6, rate=30))
    show(page, "early2")
    wait(page, step=5, count=6)
    press(page, "play")
    early.say(*steps(0, 3, 6))
    wait(page, step=2, playing="true")
    early.say(*steps(3, 5, 6), {"done": True})
    wait(page, step=5, state="ready", playing="false")


def test_a_film_opened_elsewhere_than_at_its_early_picture_asks_for_its_own(page, server):
    early = server.films["early3"] = Stream()
    early.say(*opening(5, 6), *steps(0, 2, 6))
    show(page, "early3", start=3)
    early.say(*steps(2, 5, 6), {"done": True})
    wait(page, step=3, state="ready", count=6)


def test_a_film_whose_curves_come_with_its_pictures_alone_is_asked_for_whole_at_once(page, server):
    early = opening(5, 6)
    del early[2]["course"]["error"]
    server.films["early5"] = [*early, *steps(0, 5, 6), {"done": True}]
    show(page, "early5")
    wait(page, step=5, count=6, state="ready")
    assert curve(page) == 6


def test_the_table_and_the_file_of_numbers_are_whole_though_the_film_rests(page, server):
    server.films["early4"] = [*opening(5, 6), *steps(0, 5, 6), {"done": True}]
    show(page, "early4")
    wait(page, step=5, count=6)
    page.evaluate("data => window.mount(data)", {"kind": "numbers", "words": harness.WORDS})
    page.wait_for_selector("#numbers tr[data-i='5']", state="attached")
    assert page.locator("#numbers tr[data-i]").count() == 6


def test_a_waiting_film_says_how_many_runs_are_ahead(page, server):
    waiting = server.films["wait"] = Stream()
    waiting.say(head(), {"queued": 3})
    show(page, "wait")
    wait(page, state="queued")
    expect(page.locator(".th-veil")).to_contain_text("3 runs are ahead")
    waiting.say(*steps(0, 2), {"done": True})
    wait(page, state="ready", step=1)
    expect(page.locator(".th-veil")).to_be_hidden()


def test_the_old_picture_stays_while_a_new_film_opens_in_the_same_figure(page, server):
    show(page, "small")
    wait(page, step=11)
    page.evaluate(
        """() => { const gd = document.querySelector(".th-plot"); gd.mine = true; window.plots = 0; const plot = Plotly.newPlot; Plotly.newPlot = (...all) => { window.plots++; return plot(...all); }; }"""
    )
    slow = server.films["slow"] = Stream()
    slow.say(head())
    show(page, "slow")
    wait(page, state="opening", film="slow", step=-1)
    page.wait_for_timeout(600)
    assert page.locator(".th-plot .point").count() > 9
    assert float(page.evaluate("getComputedStyle(document.querySelector('.th-plot')).opacity")) == pytest.approx(0.45)
    expect(page.locator(".th-veil")).to_be_hidden()
    slow.say(*steps(0, 2), {"done": True})
    wait(page, state="ready", film="slow", step=1)
    assert page.evaluate("document.querySelector('.th-plot').mine && window.plots === 0")


def test_a_rerun_with_the_same_film_keeps_playing_and_another_start_goes_there(page, server):
    server.films["steady"] = film(16)
    show(page, "steady", autoplay=True)
    page.wait_for_function("+document.querySelector('.th-player').dataset.step >= 2")
    asked = len(server.asked)
    show(page, "steady", autoplay=True, words=harness.WORDS | {"play": "Los"})
    assert page.get_attribute(STAGE, "data-playing") == "true"
    wait(page, step=15, playing="false")
    assert page.get_attribute(".th-play", "aria-label") == "Los"
    show(page, "steady", start=5, nonce=1)
    wait(page, step=5, state="ready")
    press(page, "next")
    show(page, "steady", start=5, nonce=1, link="https://theoria.example/other")
    wait(page, step=6)
    page.wait_for_timeout(60)
    assert step(page) == 6
    assert len(server.asked) == asked


def test_an_opening_that_the_page_sends_is_not_asked_for_and_the_rest_is_when_somebody_steps(page, server):
    server.films["sent"] = film(12)
    told = harness.player("sent")
    told["films"][0]["sent"] = inline(opening(11))
    page.evaluate("data => window.mount(data)", told)
    wait(page, step=11, state="ready", count=12)
    assert "/films/sent" not in server.asked
    press(page, "back")
    wait(page, step=10)
    assert server.asked.count("/films/sent") == 1


def test_where_another_picture_than_the_sent_one_is_wanted_the_whole_is_asked_for(page, server):
    server.films["elsewhere"] = film(12)
    told = harness.player("elsewhere", start=4)
    told["films"][0]["sent"] = inline(opening(11))
    page.evaluate("data => window.mount(data)", told)
    wait(page, step=4, state="ready", count=12)


def test_a_film_that_was_shown_before_is_not_asked_for_again_and_goes_on_where_it_rests(page, server):
    server.films |= {"past": film(12), "resting": [*opening(11), *steps(0, 11), {"done": True}]}
    for key, last in (("past", 11), ("resting", 11), ("small", 11)):
        show(page, key)
        wait(page, film=key, step=last, state="ready")
    asked = list(server.asked)
    for key in ("past", "resting"):
        show(page, key)
        assert page.get_attribute(STAGE, "data-step") == "11"  # at once
        wait(page, film=key, step=11, state="ready")
    assert server.asked == asked
    page.evaluate("window.unmount('player')")  # another topic
    show(page, "past")
    wait(page, film="past", step=11, state="ready")
    assert server.asked == asked
    show(page, "resting")
    wait(page, film="resting", step=11, state="ready")
    press(page, "back")
    wait(page, step=10)
    assert server.asked == [*asked, "/films/resting"]


def test_of_the_films_that_were_shown_before_the_last_few_are_kept_and_none_that_broke(page, server):
    server.films |= {f"kept{k}": film(2) for k in range(8)} | {
        "broke": [head(), *steps(0, 2), {"error": {"title": "No", "text": "It broke."}}]
    }
    for key in ("broke", *(f"kept{k}" for k in range(8))):
        show(page, key)
        wait(page, film=key, step=1)
    assert page.evaluate("window.theoria.shelf.map(({key}) => key)") == [f"kept{k}" for k in (6, 5, 4, 3, 2, 1)]
    before = server.asked.count("/films/kept0")
    show(page, "kept0")
    wait(page, film="kept0", step=1, state="ready")
    assert server.asked.count("/films/kept0") == before + 1


def test_only_one_loop_runs_and_none_is_left_after_the_page_is_gone(page, server):
    endless = server.films["endless"] = Stream()
    endless.say(head(), *steps(0, 2))
    for key in ("small", "other", "flip", "small", "endless"):
        show(page, key)
        wait(page, film=key)
    wait(page, step=1, state="running")
    assert page.evaluate("window.theoriaLoops") == 1
    page.evaluate("window.unmount('player')")
    assert page.evaluate("[window.theoriaLoops, document.querySelectorAll('.th-player').length, window.theoria.player]") == [
        0,
        0,
        None,
    ]
    for i in range(2, 40):  # the server notices at one of the next lines that nobody reads
        endless.say(*steps(i, i + 1))
        page.wait_for_timeout(10)
    assert server.reading["/films/endless"] == 0
    page.keyboard.press("ArrowLeft")
    show(page, "small")
    wait(page, step=11)
    assert page.evaluate("window.theoriaLoops") == 1


def test_a_page_at_rest_asks_for_no_frames_and_a_hand_or_a_change_of_theme_rouses_it(page):
    show(page, "small")
    wait(page, step=11)
    page.wait_for_timeout(300)
    page.evaluate(FRAMES)
    page.wait_for_timeout(200)
    assert page.evaluate("window.frames_asked") == 0
    press(page, "first")
    wait(page, step=0)
    press(page, "play")
    wait(page, step=11, playing="false")
    assert page.evaluate("window.frames_asked") > 11
    page.evaluate("document.documentElement.className = 'dark'")
    wait(page, mood="dark")
    page.wait_for_function(f"() => document.querySelector('.th-plot')._fullLayout.font.color === '{theme.DARK['ink2']}'")
    page.wait_for_timeout(300)
    page.evaluate("window.frames_asked = 0")
    page.wait_for_timeout(200)
    assert page.evaluate("window.frames_asked") == 0
    page.evaluate("() => { window.requestAnimationFrame = window.ask_frame; }")


def test_a_link_to_a_step_that_the_run_has_not_shows_the_last_and_says_so(page):
    page.evaluate("history.replaceState(null, '', '?step=99999')")
    show(page, "small", start=99999)
    wait(page, step=11)
    expect(page.locator(".th-beyond")).to_have_text("Asked for 99999, ends at 11.")
    show(page, "other", start=99999)
    wait(page, step=5)
    expect(page.locator(".th-beyond")).to_have_text("Asked for 99999, ends at 5.")
    page.evaluate("history.replaceState(null, '', location.pathname)")
    show(page, "small", start=99999)  # the page means the end, no link said so
    wait(page, step=11)
    expect(page.locator(".th-beyond")).to_be_hidden()


def test_an_offline_film_plays_from_what_it_carries(page, server):
    asked = len(server.asked)
    show(page, "small", offline=True, inline={"films": {"small": inline(film(4))}, "plotly": None}, link="")
    wait(page, step=3, state="ready")
    press(page, "more")
    assert page.locator(".th-menu .th-item").all_inner_texts() == ["Picture (SVG)", "Picture (PNG)", "Numbers (CSV)", "Keyboard"]
    expect(page.locator(".th-closer")).to_be_hidden()
    assert len(server.asked) == asked
