"""What was assumed of a file is changed beside it."""

from tests.ui.test_pages import opened, points_of


def test_a_file_is_read_otherwise_in_one_form_and_as_guessed_again_with_one_click():
    page = opened()
    page.file_uploader[0].set_value(("g.csv", b"a\tb\n1,234\t5\n2,345\t7\n4,444\t4\n", "text/csv")).run()
    assert not page.exception, page.exception
    assert points_of(page).X[0, 0] == 1234
    box = next(b for b in page.selectbox if "-read-decimal-" in str(b.key))
    box.set_value("comma").run()
    assert not page.exception, page.exception
    assert points_of(page).X[0, 0] == 1.234
    back = next(b for b in page.button if b.key == "som-guess")
    back.click().run()
    assert not page.exception, page.exception
    assert points_of(page).X[0, 0] == 1234
