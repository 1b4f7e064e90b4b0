"""Data of one's own: taken with what was assumed about them, refused in a sentence, never believed."""

from playwright.sync_api import expect

from tests.browser.playground import (
    TABLE,
    another_film,
    bring,
    caption,
    data_box,
    film,
    idle,
    opened_box,
    picture,
    ready,
    saved,
    spot,
    unbroken,
)

EVIL = "<img src=x onerror=window.hacked=1>"


def test_own_files_are_taken_with_what_was_assumed_or_refused_in_one_sentence_while_the_picture_before_stays(visit):
    page = visit()
    ready(page)
    shown, said = film(page), caption(page)
    bad = [
        ("a.csv", b"", ["empty"]),
        ("b.csv", picture()[:60], ["image"]),
        ("c.csv", b"name,city\nA,B\nC,D\n", ["holds numbers"]),
        ("d.csv", b"height,width\n1,2\n", ["one row"]),
    ]
    for name, content, words in bad:
        bring(page, name, content)
        alert = page.get_by_test_id("stAlert")
        for word in words:
            expect(alert).to_contain_text(word)
        expect(alert).to_have_count(1)
        assert film(page) == shown
        assert caption(page) == said
    with another_film(page):
        bring(page, "mine.csv", TABLE)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    told = page.get_by_test_id("stPopoverBody")
    for words in ("5 MB", "first row names the columns", "decimal comma"):
        expect(told).to_contain_text(words)
    expect(data_box(page)).to_have_value("mine.csv")
    assert "(a" in caption(page).replace("（", "(") or "(b" in caption(page)
    with another_film(page):
        bring(page, "holiday.csv", picture(), "text/csv")  # what it is says its content, not its name
    expect(data_box(page)).to_have_value("holiday.csv")
    assert any(colour in caption(page) for colour in ("red", "green", "blue"))
    unbroken(page)
    assert any(url.startswith("ws://") for url in page.context.watch.asked)  # the watch sees what a page asks for,
    assert len(page.context.watch.asked) > 10
    assert page.context.watch.strangers == []  # and nothing of it leaves the machine


def harmless(page) -> None:
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x]").count() == 0
    assert page.locator("[onerror]").count() == 0


def test_a_visitors_words_are_text_wherever_they_stand(visit, tmp_path):
    rows = [f'{k % 5 + k / 10},{k % 7},"{EVIL}{"ab"[k % 2]}","{EVIL}{k}"' for k in range(30)]
    page = visit()
    ready(page)
    with another_film(page):
        bring(page, f"{EVIL}.csv", "\n".join([f'"{EVIL}",b,"{EVIL}kind","{EVIL}name"', *rows]).encode())
    harmless(page)
    assert EVIL[:14] in page.locator(".th-caption .th-sum").text_content()  # the column's name, cut, beside the formula
    expect(data_box(page)).to_have_value(f"{EVIL}.csv"[:40])
    for key in ("som-columns-en", "som-label-en"):  # the boxes in the popover, opened
        opened_box(page, page.locator(f".st-key-{key} input").first)
        expect(page.get_by_role("option").first).to_be_visible()
        harmless(page)
        page.keyboard.press("Escape")
    page.mouse.click(640, 70)
    expect(page.get_by_test_id("stPopoverBody")).to_have_count(0)
    page.locator(".st-key-stage").get_by_text("More settings", exact=True).click()
    idle(page)
    opened_box(page, page.locator(".st-key-som-plane-en").get_by_role("combobox"))
    expect(page.get_by_role("option", name="U-matrix")).to_be_visible()
    options = page.get_by_role("option").all_inner_texts()
    with another_film(page):
        page.get_by_role("option", name="onerror").click()  # the map shows that column
    idle(page)
    ready(page)
    for panel in ("", "2"):
        page.mouse.move(*spot(page, panel, 40))
        page.wait_for_selector(".th-plot .hoverlayer .hovertext", state="attached")
        harmless(page)
    assert page.locator(".th-plot", has_text="<img").count() == 1
    headings = page.locator(".th-plot .annotation").all_text_contents()
    for tab in ("Numbers", "Code", "Errata"):
        page.get_by_role("tab", name=tab).click()
        idle(page)
        harmless(page)
    bring(page, f"{EVIL}2.csv", f'"{EVIL}",b\n1,2\n1,2\n'.encode())  # a sentence with the visitor's word in it
    expect(page.get_by_test_id("stAlert")).to_contain_text(EVIL)
    harmless(page)
    page.mouse.click(640, 70)
    assert "onerror" not in saved(page, "Numbers (CSV)", tmp_path).read_text(encoding="utf-8")
    file = saved(page, "Film (one HTML file)", tmp_path)
    away = visit(file.as_uri(), offline=True)
    ready(away)
    assert EVIL[:14] in away.locator(".th-caption .th-sum").text_content()
    harmless(away)
    unbroken(away)
    assert EVIL in options  # as it is written, with no sign turned into an entity
    assert any(f"“{EVIL}”" in heading for heading in headings)


def test_a_strange_data_link_opens_the_sample_and_says_so(visit):
    page = visit(f"/som?data=file:{EVIL}.csv:12:abc")
    ready(page)
    expect(page.locator(".th-notice, [data-testid=stAlert]")).to_have_count(1)
    harmless(page)


def test_what_was_understood_is_copied_without_the_data_also_of_a_file_that_was_refused(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ready(page)
    with another_film(page):
        bring(page, "mine.csv", TABLE)
    told = copied(page)
    for words in ("Theoria ", "file: .csv", "separator: semicolon (guessed)", "table: 30 rows, 3 columns, 2 of numbers"):
        assert words in told
    assert not any(word in told for word in ("mine", "height", "width", "kind"))
    bring(page, "mine.csv", b"name,city\nA,B\nC,D\n")
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    assert "refused: " in copied(page)


def copied(page) -> str:
    """What the button below the report copies."""
    button = page.locator(".th-told button")
    if not button.count() or not button.is_visible():
        page.get_by_text("What was understood, for a report", exact=True).click()
    button.press("Enter")  # what is folded out still glides: a pointer that is pressed on the button may be let go below it
    expect(button).to_have_text("Copied")
    return str(page.evaluate("navigator.clipboard.readText()"))
