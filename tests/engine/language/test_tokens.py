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


STRANGE = ("c++", "α-β", "🙂x", "α粒子", "node.js", "👨‍👩‍👧族", "5%盐水", "AT&T")


@pytest.mark.parametrize("mode", WHOLE[2:])
@pytest.mark.parametrize("word", STRANGE)
def test_a_user_dictionary_keeps_words_with_signs_greek_or_emoji_whole(word, mode):
    for line in (f"我们学习{word}很好", f"{word}很好", f"学习 {word} 和Tom", f"我爱{word}", word):
        assert word in tokens(line, mode, dictionary=STRANGE, language="zh"), line
        assert "".join(tokens(line, "jieba", dictionary=STRANGE, language="zh")) == line.replace(" ", "")


def test_words_around_one_of_the_dictionary_are_cut_as_ever():
    assert tokens("我来到北京c++大学", dictionary=["c++"]) == ["我", "来到", "北京", "c++", "大学"]
    assert tokens("我来到北京α粒子大学", dictionary=["α粒子"]) == ["我", "来到", "北京", "α粒子", "大学"]


@pytest.mark.parametrize("line", ["学obj-c++吧", "学abc++吧", "学α-β-γ吧", "学🙂xy吧", "看👩‍🙂x吧"])
def test_a_word_of_the_dictionary_is_none_within_a_longer_one(line):
    assert not set(tokens(line, "jieba", dictionary=STRANGE, language="zh")) & set(STRANGE)


def test_of_two_words_of_the_dictionary_the_longer_wins():
    assert tokens("学c++11吧", "jieba", dictionary=["c++", "c++11"], language="zh") == ["学", "c++11", "吧"]


def test_in_lower_case_the_dictionary_is_in_lower_case_too():
    assert "c++" in tokens("学习C++吧", "jieba", dictionary=["C++"], language="zh", lower=True)
    assert "tom猫" in tokens("看Tom猫吧", "jieba", dictionary=["Tom猫"], language="zh", lower=True)


def test_a_flag_in_a_dictionary_stays_a_flag():
    flag = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"
    assert tokens(f"我爱{flag}队", "jieba", dictionary=[f"{flag}队"], language="zh") == ["我", "爱", f"{flag}队"]


@given(ALPHABET, st.lists(ALPHABET, max_size=4))
def test_with_any_dictionary_nothing_is_lost_and_no_grapheme_is_torn(line, dictionary):
    text = texts.text([f"我{line}"], language="zh", dictionary=dictionary)
    found = tokenise(text, "jieba")[0]
    assert "".join(found) == "".join(text.lines[0].split())
    clusters = regex.findall(r"\X", text.lines[0])
    edges = {sum(map(len, clusters[:i])) for i in range(len(clusters) + 1)}
    place = 0
    for token in found:
        place = text.lines[0].index(token, place) + len(token)
        assert place in edges or text.lines[0][place : place + 1].isspace()
