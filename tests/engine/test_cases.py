"""Files as people bring them: each kind that was once read wrongly, refused, or read as something else in silence."""

import contextlib
import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from engine import data
from engine.errors import DataError
from engine.images import Image
from engine.language.decoding.beam import Beam
from engine.language.decoding.ground import begin
from engine.language.lm import table_model
from engine.readings import Reading
from engine.texts import spelled
from ui.data.forms import TABLE_OR_TEXT

LEAVES = [("ash", 3.9, 9.2), ("oak", 5.4, 6.9), ("elm", 6.7, 4.9), ("ash", 4.3, 9.1), ("oak", 5.8, 7.1), ("elm", 7.1, 5.1)]


def read(text, written="utf-8", **how):
    return data.read_table(text.encode(written), "own.csv", Reading.make(**how))


def graph(text, name="own.csv"):
    return data.graph_of(data.read_graph(text.encode(), name))


def text(content, name="own.txt", **how):
    return data.read_text(content.encode(), name, **how)


def said(found):
    return dict(found.notes)


def refusal(action, *arguments, **named):
    with pytest.raises(DataError) as caught:
        action(*arguments, **named)
    return caught.value.code


def csv(head, row="{0},{1},{2}"):
    return "\n".join([head, *(row.format(*one) for one in LEAVES)]) + "\n"


# ------------------------------------------------------------------------------------------------------------------ tables


def test_rows_with_a_gap_are_left_out_and_the_others_keep_label_and_name():
    table = read("id,kind,a,b\n1,x,1,2\n2,y,NA,3\n3,x,4,5\n4,y,6,7\n")
    points = data.choose(table, ["a", "b"], "kind", "id", gaps="drop")
    assert points.X.tolist() == [[1, 2], [4, 5], [6, 7]]
    assert points.labels.tolist() == [0, 0, 1]
    assert points.names == ("1", "3", "4")
    assert refusal(data.choose, read("a,b\n1,\n,2\n3,\n"), ["a", "b"], gaps="drop") == "no_whole_rows"


@pytest.mark.parametrize("mark", ["?", "-", "--", "..", "#DIV/0!", "Unknown", "n.a.", "无"])
def test_a_mark_among_numbers_is_a_gap_and_is_said(mark):
    table = read(f"a,b\n1,2\n2,3\n{mark},4\n5,6\n")
    assert np.isnan(table.frame["a"]).tolist() == [False, False, True, False]
    assert said(table)["mark"] == {"mark": mark, "at": "a", "count": 1, "row": 3}


def test_a_column_that_is_mostly_words_stays_words():
    assert data.text_columns(read("a,b\nx1,2\ny2,3\n3,4\nz,6\n")) == ("a",)


def test_further_marks_can_be_named():
    rows = "".join(f"{'gone' if i % 2 else i},{i}\n" for i in range(10))
    assert data.text_columns(read("a,b\n" + rows)) == ("a",)
    assert data.text_columns(read("a,b\n" + rows, marks="gone")) == ()


@pytest.mark.parametrize("head", ['"",a', "Id,a", "index,a", "rownames,a", "序号,a"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_counts_the_rows_is_their_names(head, first):
    table = read(head + "\n" + "".join(f"{first + i},{i * i}\n" for i in range(5)))
    assert table.names == table.columns[0]
    assert read(head + "\n1,2\n2,4\n3,9\n", counter="column").names is None


def test_what_only_looks_like_a_counter_is_a_feature():
    assert read("time,a\n1,2\n2,4\n3,9\n").names is None
    assert read("id,a\n1,2\n7,4\n3,9\n").names is None


def test_names_one_fewer_than_cells_are_those_of_r():
    table = read('"a" "b"\n"Mazda RX4" 3.9 9.2\n"Fiat" 5.4 6.9\n"Honda" 6.7 4.9\n')
    assert table.names == "column 1"
    assert table.frame["a"].tolist() == [3.9, 5.4, 6.7]


@pytest.mark.parametrize(
    ("words", "encoding"),
    [("Größe;Möhre", "cp1252"), ("temp °C;µm", "cp1252"), ("Łódź;Kraków;źle", "cp1250"), ("Москва;Пётр", "cp1251"), ("Москва;Пётр", "koi8_r"),
     ("臺北;楓樹;長度", "big5"), ("東京;おおさか", "shift_jis"), ("東京;さっぽろ", "euc_jp"), ("서울;기온;부산", "euc_kr"), ("北京;温度;城市", "gb18030"),
     ("Αθήνα;τιμή", "cp1253"), ("şehir;ısı;Muğla", "cp1254"), ("São Paulo;Maceió", "cp1252"),
     ("źródło;ilość;Śląsk", "iso8859_2"), ("miestas;Šiauliai;ąžuolas;gėlė", "cp1257"), ("город;рост;Вес", "cp866"), ("เมือง;จำนวน", "cp874"),
     ("مدينة;عدد", "cp1256"), ("הבית הגדול;עומד ליד הנהר;הילדים משחקים", "cp1255")],
)  # fmt: skip
def test_letters_are_never_silently_others(words, encoding):
    heads = words.split(";")
    table = read(words + "\n" + ";".join("3" * len(heads)) + "\n" + ";".join("5" * len(heads)) + "\n", encoding)
    assert table.columns == tuple(heads)


def test_an_encoding_can_be_chosen():
    assert read("Größe\n1\n", "cp1252", encoding="cp1251").columns == ("GrцЯe",)
    assert refusal(read, "Größe\n1\n", "cp1252", encoding="utf-8") == "encoding_chosen"


@pytest.mark.parametrize("head", ["town,2021,2022,2023", ",0,1,2"])
def test_numbers_in_order_above_values_of_another_kind_are_names(head):
    table = read(csv(head, row="{0},{1},{2},{1}"))
    assert table.columns[1:] == tuple(head.split(",")[1:])
    assert read(csv(head, row="{0},{1},{2},{1}"), header="no").rows == 7


def test_one_cell_that_proves_a_decimal_comma_proves_it_for_the_file():
    table = read("share\tlength\n0,390\t2,300\n0,540\t1,725\n")
    assert table.frame["length"].tolist() == [2.3, 1.725]
    assert read("a\tb\n1,234\t5\n2,345\t6\n").frame["a"].tolist() == [1234, 2345]
    assert "decimal_open" in said(read("a\tb\n1,234\t5\n2,345\t6\n"))
    assert read("a\tb\n1,234\t5\n2,345\t6\n", decimal="comma").frame["a"].tolist() == [1.234, 2.345]


def test_signs_leave_the_cells_for_the_name():
    table = read('shop,share,price,change\nA,11.7%,"$1,037",+6.9%\nB,5%,"$2",-3%\nC,1%,($5),0%\n')
    assert table.columns == ("shop", "share (%)", "price ($)", "change (%)")
    assert table.frame["price ($)"].tolist() == [1037, 2, -5]
    assert data.text_columns(read("shop,share\nA,1%\nB,2%\n", units="words")) == ("shop", "share")
    assert data.text_columns(read("a,b\nS0,1\nS1,2\n")) == ("a",)


def test_lines_that_are_neither_names_nor_data_are_left_out_and_said():
    assert read("sep=;\na;b\n3,9;9,2\n5,4;6,9\n").frame["a"].tolist() == [3.9, 5.4]
    above = read(csv("Leaves of 2021,,\n,,\ntree,length,width"))
    assert (above.columns, above.rows) == (("tree", "length", "width"), 6)
    assert said(above)["above"]["line"] == "Leaves of 2021"
    units = read("length,width\ncm,mm\n3.9,9.2\n5.4,6.9\n6.7,4.9\n")
    assert units.columns == ("length (cm)", "width (mm)")
    last = read("a,b\n1,2,\n3,4,\n5,6,\n")
    assert (last.columns, last.rows) == (("a", "b"), 3)
    below = read(csv("tree,length,width") + "Source: our street\n")
    assert below.rows == 6
    sizes = read("3,2,setosa\n5.1,3.5\n4.9,3.0\n4.7,3.2\n")
    assert sizes.rows == 3
    assert read("# made by hand\n# on Monday\na,b\n1,2\n3,4\n").columns == ("a", "b")


@pytest.mark.parametrize("columns", [2, 3])
def test_above_the_data_may_stand_how_many_rows_and_columns_there_are_with_the_last_or_without(columns):
    table = read(f"3,{columns}\n5.1,3.5,0\n4.9,3.0,1\n4.7,3.2,1\n")
    assert table.rows == 3
    assert said(table)["above"] == {"count": 1, "line": f"3 {columns}"}


def test_runs_of_spaces_divide_where_they_do_so_evenly():
    table = read("  length   width\n     3.9     9.2\n     5.4    16.9\n")
    assert table.columns == ("length", "width")
    assert table.frame["width"].tolist() == [9.2, 16.9]


def test_what_a_reading_says_is_what_departs_from_the_guess():
    assert Reading().departures() == {}
    assert Reading.make(decimal="comma", skip=2).departures() == {"decimal": "comma", "skip": "2"}


# ------------------------------------------------------------------------------------------------------------------- texts


def test_a_letter_is_the_same_whichever_keyboard_wrote_it():
    assert text("Le cafe\u0301 est bon.").lines == ("Le café est bon.",)
    assert text("I don’t.\nI don't.\nYou don’t.").lines == ("I don’t.", "I don’t.", "You don’t.")
    assert text("We don’t mind.").as_here("don't") == "don’t"
    assert text("We don't mind.").as_here("don’t") == "don't"


def test_a_first_record_is_no_name():
    rows = "no\tThe bus was late again\nyes\tThe cake was good\nno\tThe soup was cold\n"
    assert len(text(rows, "a.tsv").lines) == 3
    assert len(text("label\treview\n" + rows, "a.tsv").lines) == 3


VERSES = "Upon the hill the early lamps are burning,\nAnd down the lane the carters homeward go;\nThe mill has ceased its slow and heavy turning\nAnd in the yard the pigeons settle low.\n\nI heard the river telling of the mountain\nAnd all the snow it carried to the sea,\nAnd someone filled a pitcher at the fountain\nAnd someone sang a song not meant for me.\n"


def test_verses_stay_verses_and_wrapped_prose_is_joined():
    assert len(text(VERSES).lines) == 8
    prose = "the mill has ceased its slow and heavy turning and in the\nyard the pigeons settle low, and down the lane the carters\nhomeward go while the early lamps upon the hill are burning\n"
    assert len(text((prose + "\n") * 4).lines) == 4
    assert len(text((prose + "\n") * 4, reading=Reading.make(lines="keep")).lines) == 12


def test_only_what_is_spoken_is_read_of_subtitles_and_lyrics():
    srt = "1\n00:00:02,000 --> 00:00:03,500\n- Where is the <i>key</i>?\n- I do not\nknow.\n\n2\n00:00:04,000 --> 00:00:05,500\nCome.\n"
    assert text(srt, "film.srt").lines == ("Where is the key?", "I do not know.", "Come.")
    assert text("WEBVTT\n\n00:02.000 --> 00:03.000\nHello.\n", "film.vtt").lines == ("Hello.",)
    assert text("[ar:Nobody]\n[00:12.30]La la\n[00:14.10]Lu lu\n", "song.lrc").lines == ("La la", "Lu lu")


def test_what_begins_like_json_and_is_none_is_text():
    assert text("[12:30] Ada: are you there?\n[12:31] Bo: yes.\n", "chat.log").lines[0] == "[12:30] Ada: are you there?"


def test_one_long_line_is_said_and_cut_on_request():
    line = "the cat, the dog and the cow, " * 60
    assert said(text(line))["long_line"] == {"count": len(line.strip())}
    pieces = text(line, reading=Reading(lines="cut")).lines
    assert " ".join(pieces) == line.strip()
    assert all(len(piece) <= 120 and piece.endswith(",") for piece in pieces)


def test_what_names_the_classes_of_a_graph_can_be_chosen():
    nodes = [{"id": name, "group": name in "AB", "team": team} for name, team in zip("ABCD", "xyxy", strict=True)]
    raw = json.dumps({"nodes": nodes, "links": [{"source": "A", "target": other} for other in "BCD"]}).encode()
    table = data.read_graph(raw, "own.json")
    assert table.groupings == ("group", "team")
    assert data.graph_of(table).label_names == ("False", "True")
    assert data.graph_of(data.read_graph(raw, "own.json", Reading(label="team"))).label_names == ("x", "y")
    assert data.graph_of(data.read_graph(raw, "own.json", Reading(label="–"))).labels is None
    assert refusal(data.read_graph, raw, "own.json", Reading(label="id")) == "no_column"
    rows = b"source,target,label,team\nA,,1,x\nB,,1,y\nC,,2,x\nD,,2,y\nA,B,,\nB,C,,\nC,D,,\n"
    assert data.read_graph(rows).groupings == ("label", "team")
    assert data.graph_of(data.read_graph(rows, "", Reading(label="team"))).label_names == ("x", "y")
    assert data.graph_of(data.read_graph(rows, "", Reading(label="–"))).labels is None


def test_json_of_other_shapes_is_read():
    assert text('[{"title": "t", "paragraphs": ["a b c", "d e f"]}]', "p.json").lines == ("a b c", "d e f")
    assert text('{"poems": [{"body": "a b c", "by": "d"}]}', "p.json").lines == ("a b c",)
    assert text('[{"a": "long enough", "b": "x"}]', "p.json", column="b").lines == ("x",)


# ------------------------------------------------------------------------------------------------------------------ graphs


@pytest.mark.parametrize("head", ["id_1,id_2", "person1,person2", "FROM_ID,TO_ID", "a,b,times"])
def test_names_of_columns_that_nobody_knows_are_no_nodes(head):
    more = ",1" if head.count(",") == 2 else ""
    assert graph(head + "\n" + "".join(f"{u},{v}{more}\n" for u, v in ((0, 1), (1, 2), (2, 0), (2, 3)))).n == 4


def test_a_list_of_nodes_is_called_one():
    assert refusal(graph, "Id,Label\n1,Ada\n2,Bo\n3,Cy\n") == "graph_nodes_only"
    assert refusal(graph, "id,name,group\n1,Ada,x\n2,Bo,y\n") == "graph_nodes_only"


def test_tabs_and_spaces_divide_alike_and_a_fourth_column_is_no_weight():
    found = graph("% sym weighted\n1 2\t1 \t1082008561\n2 3\t2 \t1082008562\n1 3\t1 \t1082008563\n")
    assert (found.n, found.weights.tolist()) == (3, [1, 2, 1])


def test_the_sizes_of_matrix_market_are_no_edge():
    found = graph("%%MatrixMarket matrix coordinate real symmetric\n% own\n5 5 2\n2 1 0.5\n4 3 2\n")
    assert (found.n, found.weights.tolist()) == (5, [0.5, 2])


def test_ends_that_are_no_ids_are_places():
    nodes = '{"nodes": [{"name": "Ada"}, {"name": "Bo"}, {"name": "Cy"}], '
    assert graph(nodes + '"links": [{"source": 1, "target": 0}, {"source": 2, "target": 0}]}').names == ("Ada", "Bo", "Cy")


def test_labels_that_all_differ_are_names():
    nodes = ", ".join(f'{{"id": {i}, "label": "P{i}", "group": {i % 2}}}' for i in range(60))
    found = graph(f'{{"nodes": [{nodes}], "edges": [[0, 1], [1, 2]]}}')
    assert found.names[:2] == ("P0", "P1")
    assert found.label_names == ("0", "1")


def test_what_networkx_and_others_write_is_read():
    assert graph("0 1 {}\n1 2 {}\n2 0 {}\n").n == 3
    assert graph("0 1 {'weight': 3}\n1 2 {'weight': 4.5}\n").weights.tolist() == [3, 4.5]
    assert graph(",Ada,Bo,Cy\nAda,0,1,1\nBo,1,0,0\nCy,1,0,0\n").edges.tolist() == [[0, 1], [0, 2]]
    gml = 'graph [\n node [ id 0 label "Ada" ]\n node [ id 1 label "Bo" ]\n edge [ source 0 target 1 ]\n]'
    assert graph(gml).names == ("Ada", "Bo")
    xml = '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><node id="a"/><node id="b"/><edge source="a" target="b"/></graph></graphml>'
    assert graph(xml).names == ("a", "b")
    assert graph('*Vertices 3\n1 "Ada"\n2 "Bo"\n3 "Cy"\n*Edges\n1 2 1\n').names == ("Ada", "Bo", "Cy")


def test_a_document_that_defines_its_own_entities_is_refused():
    assert refusal(graph, '<!DOCTYPE a [<!ENTITY b "bb">]><graphml><graph><node id="&b;"/></graph></graphml>') == "graph_format"


# ---------------------------------------------------------------------------------------------------------------- decoding


def door(content, name="own.csv"):
    return TABLE_OR_TEXT.of_file(content.encode(), name)


@pytest.mark.parametrize("end", ["<EOS>", "<|endoftext|>", "[SEP]", "END", "<eos>"])
def test_the_token_that_ends_is_known_in_other_spellings(end):
    assert table_model(door(f"prefix,A,{end}\n,0.5,0.5\nA,0.1,0.9\n")).end == 1
    assert table_model(door("prefix,A,end\n,0.5,0.5\nA,0.1,0.9\n")).end == -1


def test_a_file_is_a_table_of_probabilities_where_a_model_can_be_made_of_it():
    assert isinstance(door("label,review\n1,The room was clean.\n0,The soup was cold.\n1,I would come back.\n"), data.Text)
    assert isinstance(door("prefix\tA\t<eos>\n\t0.5\t0.5\nA\t0.1\t0.9\n", "table.txt"), data.Table)
    assert isinstance(door("One day we went home.\nIt rained, and we stayed.\n", "a.txt"), data.Text)


def test_tokens_may_be_called_0_and_1():
    assert table_model(door("prefix,0,1\n,0.5,0.5\n0,0.1,0.9\n1,0.2,0.8\n")).vocabulary == ("0", "1")


@pytest.mark.parametrize(("typed", "tokens"), [("Catherine", 1), ("catherine", 1), ("She was", 2)])
def test_what_is_typed_is_cut_as_the_text_was(typed, tokens):
    assert len(begin(Beam.make(forced=typed), data.sample("northanger")).forced) == tokens


def test_an_apostrophe_finds_the_word_whichever_way_it_is_typed():
    assert spelled("Don't", {"don’t"}) == "don’t"
    assert spelled("don’t", {"don't"}) == "don't"
    assert spelled(" “Don’t!” ", {"don't"}) == "don't"


# ---------------------------------------------------------------------------------------------------------------- pictures


def paper(*, lines=0, shade=1.0, tilt=0, noise=0, shadow=1.0, table=False):
    """A drawn seven on paper that is ruled, shaded, in a shadow, tilted, with a table at its corners, seen with noise."""
    picture = Pillow.new("L", (180, 240), 235)
    pen = ImageDraw.Draw(picture)
    for y in range(10, 260, 24) if lines else ():
        pen.line((0, y, 180, y - tilt), fill=lines, width=2)
    pen.line((75, 70, 115, 70, 90, 150), fill=60, width=7)
    if table:
        for x, y in ((0, 0), (179, 239)):
            pen.polygon([(x, y), (abs(x - 40), y), (x, abs(y - 55))], fill=70)
    across = np.add.outer(np.arange(240), np.arange(180)) / 420
    light = np.linspace(1, shade, 180) * np.where(across > 0.6, shadow, 1)
    pixels = np.asarray(picture) * light + np.random.default_rng(0).normal(0, noise, (240, 180))
    return data.small(Image(np.repeat(pixels.clip(0, 255).astype(np.uint8)[..., None], 3, 2)), ink=True)


@pytest.mark.parametrize(
    "how",
    [
        {"lines": 175},
        {"shade": 0.6},
        {"lines": 175, "tilt": 3},
        {"lines": 175, "shade": 0.6, "noise": 4},
        {"noise": 6},
        {"shadow": 0.5, "noise": 3},
        {"table": True},
    ],
)
def test_a_digit_is_the_same_on_ruled_and_on_shaded_paper(how):
    assert np.corrcoef(paper(**how).ravel(), paper().ravel())[0, 1] > 0.98


def test_a_digit_is_nearly_the_same_where_all_of_that_comes_together():
    worst = paper(table=True, shadow=0.5, lines=175, tilt=30, noise=3)
    assert np.corrcoef(worst.ravel(), paper().ravel())[0, 1] > 0.9


def test_an_avif_is_called_one_and_read():
    file = io.BytesIO()
    Pillow.new("RGB", (8, 6), "teal").save(file, "AVIF")
    assert data.read_image(file.getvalue()).pixels.shape == (6, 8, 3)


# ---------------------------------------------------------------------------------------------------------------- any bytes

STARTS = [
    "",
    "graph [",
    "<graphml>",
    "*Vertices 3\n",
    "%%MatrixMarket matrix coordinate real general\n",
    "sep=;\n",
    "WEBVTT\n",
    '{"nodes": [',
    "[[",
]


@given(
    st.sampled_from(STARTS),
    st.binary(max_size=200) | st.text(alphabet="0123456789.,;\t\"' \n%$-{}[]<>*a(", max_size=120).map(str.encode),
)
@settings(max_examples=300, deadline=None)
def test_no_bytes_crash_a_door(start, raw):
    whole = start.encode() + raw
    for read_it in (data.read_table, data.read_graph, data.read_text, data.read_image, data.read_dictionary):
        with contextlib.suppress(DataError):
            found = read_it(whole)
            if read_it is data.read_graph:
                data.graph_of(found)
            elif read_it is data.read_table:
                data.choose(found, data.numeric_columns(found), gaps="drop")
