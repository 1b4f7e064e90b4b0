"""Nothing is lost and nothing is torn: words, characters and jieba's cuts."""

import subprocess
import sys

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from engine import texts
from engine.language.tokens import tokenise

WHOLE = ("words", "characters", "jieba", "jieba_search", "jieba_full")
ALPHABET = st.text(
    st.sampled_from("abcZ 0189.,'’-和我爱编程岁é\u0301👨\u200d👩👧😂🏻️1\ufe0f\u20e3ñかな한글，。！（$@<%\u0e33\u0600"),
    min_size=1,
    max_size=20,
)


def tokens(line, mode="auto", **options):
    return tokenise(
        texts.text([line], language=options.pop("language", None), dictionary=options.pop("dictionary", ())), mode, **options
    )[0]


@pytest.mark.parametrize("mode", ["jieba", "jieba_search", "characters", "words", "auto"])
def test_latin_words_and_numbers_inside_chinese_stay_whole(mode):
    assert tokens("Tom和Amy都是16岁", mode) == ["Tom", "和", "Amy", "都", "是", "16", "岁"]


@pytest.mark.parametrize("mode", ["jieba", "jieba_full", "jieba_search"])
def test_nothing_is_lost_after_an_emoji_and_a_family_stays_together(mode):
    assert tokens("我爱👨‍👩‍👧编程😂", mode) == ["我", "爱", "👨‍👩‍👧", "编程", "😂"]


def test_english_words_keep_their_apostrophes_hyphens_and_decimals():
    found = tokens("It's a well-known fact: 3.14 isn’t 10,000!")
    assert found == ["It's", "a", "well-known", "fact", ":", "3.14", "isn’t", "10,000", "!"]


def test_words_with_accents_are_not_torn_by_chinese_beside_them():
    assert tokens("他在café喝naïve咖啡", "jieba")[2:4] == ["café", "喝"]
    assert "naïve" in tokens("他在café喝naïve咖啡", "jieba")
    assert tokens("我说it’s ok", "jieba") == ["我", "说", "it’s", "ok"]


def test_the_three_modes_of_jieba_differ_as_they_should():
    line = "我来到北京清华大学"
    assert tokens(line, "jieba") == ["我", "来到", "北京", "清华大学"]
    assert tokens(line, "jieba_search") == ["我", "来到", "北京", "清华", "华大", "大学", "清华大学"]
    assert tokens(line, "jieba_full") == ["我", "来到", "北京", "清华", "清华大学", "华大", "大学"]


def test_a_user_dictionary_keeps_its_words_and_touches_no_other_text():
    line = "李小福是创新办主任"
    assert "创新办" not in tokens(line, "jieba")
    assert {"李小福", "创新办"} <= set(tokens(line, "jieba", dictionary=["创新办", "李小福"]))
    assert "创新办" not in tokens(line, "jieba")


def test_characters_of_a_text_with_spaces_keep_them_and_of_chinese_do_not():
    assert tokens("a cat", "characters") == ["a", " ", "c", "a", "t"]
    assert tokens("去 Tom 家。", "characters") == ["去", "Tom", "家", "。"]


def test_options_leave_out_signs_and_latin():
    assert tokens("Tom说：OK，好！", "jieba", punctuation=False) == ["Tom", "说", "OK", "好"]
    assert tokens("Tom说：OK，好！", "jieba", latin=False) == ["说", "：", "，", "好", "！"]
    assert tokens("The END", lower=True) == ["the", "end"]


@given(ALPHABET, st.sampled_from(WHOLE[:3]), st.sampled_from(["en", "zh"]))
def test_nothing_but_white_space_is_lost_and_no_grapheme_is_torn(line, mode, language):
    if not line.strip():
        return
    text = texts.text([line], language=language) if texts._one_line(line) else None
    if text is None:
        return
    line, found = text.lines[0], tokenise(text, mode)[0]
    assert "".join("".join(found).split()) == "".join(line.split())
    ends, at = set(), 0
    for cluster in regex.findall(r"\X", line):
        at += len(cluster)
        ends.add(at)
    place = 0
    for token in found:
        place = line.index(token, place) + len(token)
        rest = line[place:]
        assert place in ends or rest[:1].isspace() or token[:1].isspace()


def test_jieba_is_imported_only_when_it_is_used():
    code = "import sys; from engine.language import tokens; from engine import data; data.sample('tang'); assert 'jieba' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_home_that_cannot_be_written_is_no_hindrance(tmp_path):
    code = "from engine import texts; from engine.language.tokens import tokenise; print(tokenise(texts.text(['我爱编程']), 'jieba'))"
    blocked = str(tmp_path / "none")
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"HOME": blocked, "TMPDIR": blocked, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "编程" in done.stdout
    assert not (tmp_path / "none").exists()
