"""Files of every kind in other dress: what a kind is mended for is the kind, not one file."""

import pytest

from engine import data
from engine.errors import DataError
from ui.data.forms import TABLE_OR_TEXT
from ui.data.picking import first_columns


def a_table(kind, text, name="own.csv", enc="utf-8", **want):
    """A table: its columns, the one that names the rows, the ones it opens with, how many rows."""
    return pytest.param(text.encode(enc), name, want, id=kind)


TABLES = [
    a_table(
        "R1 empty trailing",
        "a,b,c\n" + "\n".join(f"{i},{i * i if i % 4 else ''},{i * 3}" for i in range(12)),
        first=("a", "b", "c"),
        rows=12,
    ),
    a_table(
        "R1 column mostly empty",
        "a,b,c\n" + "\n".join(f"{i % 7},{'' if i % 5 else i},{i * 3}" for i in range(20)),
        first=("a", "c"),
    ),
    a_table("R1 spaces as gaps", "a;b\n" + "\n".join(f"{i % 5};{i if i % 3 else '  '}" for i in range(12)), first=("a", "b")),
    a_table("R2 nan words", "a,b\n1,2\nmissing,3\n4,5\n6,7\n8,9\n9,9\n", first=("a", "b")),
    a_table("R2 -999?", "a,b\n1,2\n-999,3\n4,5\n6,7\n", first=("a", "b")),
    a_table("R2 excel err", "a,b\n1,2\n#N/A,3\n#DIV/0!,5\n6,7\n8,9\n", first=("a", "b")),
    a_table("R2 bullets", "a,b\n1,2\n•,3\n4,5\n6,7\n8,9\n1,2\n2,2\n3,3\n4,4\n5,5\n6,6\n", first=("a", "b")),
    a_table("R2 below detection", "a,b\n1.5,2\n<0.5,3\n4,5\n6,7\n8,9\n1,2\n2,2\n3,3\n4,4\n5,5\n6,6\n", first=("a", "b")),
    a_table("R3 pandas Unnamed", ",x,y\n0,5,3\n1,6,2\n2,8,1\n", names="column 1", first=("x", "y")),
    a_table("R3 index from 5 sorted", "index,x,y\n5,5,3\n6,6,2\n7,8,1\n", names="index"),
    a_table("R3 day no", "day,x\n1,5\n2,6\n3,8\n", names=None, first=("day", "x")),
    a_table("R3 student no", "Student No.,x,y\n1,5,1\n2,6,3\n3,8,2\n", names="Student No.", first=("x", "y")),
    a_table("R3 last col id", "x,y,id\n5,1,1\n6,3,2\n8,2,3\n", names="id", first=("x", "y")),
    a_table("R4 cp1250", "město;počet\nPlzeň;3\nŽďár;5\nKroměříž;6\n", enc="cp1250", cols=("město", "počet")),
    a_table("R4 gbk", "城市,人口\n北京,3\n上海,5\n广州,6\n", enc="gbk", cols=("城市", "人口")),
    a_table("R4 utf16", "a\tb\n1\t2\n3\t4\n", enc="utf-16", cols=("a", "b")),
    a_table("R4 iso8859-2 = ", "źródło;ilość\n1;2\n3;4\n", enc="iso8859-2", cols=("źródło", "ilość")),
    a_table("R4 tis620", "เมือง,จำนวน\n1,2\n3,4\n", enc="tis-620", cols=("เมือง", "จำนวน")),
    a_table("R4 arabic", "مدينة,عدد\n1,2\n3,4\n", enc="cp1256", cols=("مدينة", "عدد")),
    a_table(
        "R5 quarter names",
        "town,1,2,3,4\n" + "\n".join(f"t{i},{0.1 * i},{0.2 * i},{0.3 * i},{0.15 * i}" for i in range(8)),
        cols=("town", "1", "2", "3", "4"),
    ),
    a_table(
        "R5 ages",
        "group,10,20,30\n" + "\n".join(f"t{i},{100 + i},{200 + i},{150 + i * 7}" for i in range(8)),
        cols=("group", "10", "20", "30"),
    ),
    a_table("R5 plain data", "\n".join(f"{i},{i + 1},{i + 2}" for i in range(8)), cols=("column 1", "column 2", "column 3")),
    a_table("R6 semicolons commas", "x;y\n1,5;2,25\n3,125;4\n", first=("x", "y")),
    a_table("R33 euro behind", "shop;price\na;3,50 €\nb;4,20 €\nc;1.200,00 €\n", cols=("shop", "price (€)")),
    a_table("R33 kg", "n,w\na,3 kg\nb,4.5 kg\nc,10 kg\n", cols=("n", "w (kg)")),
    a_table("R33 permille", "n,w\na,3‰\nb,4‰\n", cols=("n", "w (‰)")),
    a_table("R33 yuan", "名,价\n甲,￥3.5\n乙,￥4\n", cols=("名", "价 (￥)")),
    a_table("R33 万", "名,价\n甲,3.5万\n乙,4万\n", cols=("名", "价 (万)")),
    a_table("R7 comment", "# made by hand\n# 2024\nx,y\n1,2\n3,4\n5,6\n", cols=("x", "y")),
    a_table("R7 title+blank", "Rainfall 2020\n\nmonth,mm\nJan,3\nFeb,5\nMar,6\n", cols=("month", "mm")),
    a_table("R7 footer", "month,mm\nJan,3\nFeb,5\nMar,6\nSource: weather office\n", rows=3),
    a_table("R7 total row", "month,mm\nJan,3\nFeb,5\nMar,6\nTotal,14\n", rows=4),
    a_table("R7 units brackets", "t,v\n[s],[m/s]\n1,2\n2,3\n3,5\n", cols=("t (s)", "v (m/s)")),
    a_table("R7 two header rows", "size,size,mass\nlength,width,net\n1,2,3\n2,3,4\n4,5,6\n", rows=3),
    a_table("R7 last separator in the names only", "x,y,\n1,2\n3,4\n", cols=("x", "y"), rows=2),
    a_table("R7 last sep all", "x,y,\n1,2,\n3,4,\n", cols=("x", "y")),
    a_table("R8 aligned", "   x      y\n 1.00   2.00\n10.00  20.00\n 3.00   4.00\n", cols=("x", "y")),
    a_table("R8 no names", "1.0 2.0 3.0\n4.0 5.0 6.0\n7.0  8.0 9.5\n", cols=("column 1", "column 2", "column 3")),
    a_table("R8 tab+spaces", "x \t y\n1 \t 2\n3 \t 4\n", cols=("x", "y")),
    a_table("markdown table", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", cols=("a", "b")),
    a_table("dates", "date,v\n2020-01-01,3\n2020-01-02,5\n2020-01-03,6\n", first=("v",)),
    a_table("times", "t,v\n10:30,3\n10:40,5\n10:50,6\n", first=("v",)),
    a_table("bool", "a,b\ntrue,3\nfalse,5\ntrue,6\n", first=("b",)),
    a_table("sci", "a,b\n1.5e-3,3\n2E+05,5\n-3e2,6\n", first=("a", "b")),
    a_table("unicode minus", "a,b\n−1.5,3\n−2,5\n3,6\n", first=("a", "b")),
    a_table("bom crlf", "\ufeffa,b\r\n1,3\r\n2,5\r\n", cols=("a", "b")),
    a_table("cr only", "a,b\r1,3\r2,5\r", cols=("a", "b")),
    a_table("fullwidth", "ａ，ｂ\n１，２\n３，４\n", cols=("ａ", "ｂ")),
    a_table("quoted newline", 'a,b\n"x\ny",3\n"z",5\n', rows=2),
    a_table("multi header R factor", '"mpg","cyl"\n21,6\n22.8,4\n', cols=("mpg", "cyl")),
    a_table(
        "bank head",
        "Konto;DE44\nVom;1.1.\n\n" + "Tag;Text;Betrag;Saldo\n" + "a;b;1,5;2,5\n" * 12,
        cols=("Tag", "Text", "Betrag", "Saldo"),
        rows=12,
    ),
    a_table(
        "logger", "t,a,b,c\n" + "1,2,3,4\n" * 6 + "# restart\n" + "2,3,4,5\n" * 6 + "3,4", rows=12, cols=("t", "a", "b", "c")
    ),
    a_table(
        "means below",
        "N°,x,y\n" + "".join(f"{i},{i % 5},{i % 3}\n" for i in range(1, 13)) + ",2,1\n",
        names="N°",
        first=("x", "y"),
    ),
]


@pytest.mark.parametrize(("raw", "name", "want"), TABLES)
def test_a_table_is_read_as_a_person_would_read_it(raw, name, want):
    table = data.read_table(raw, name)
    found = {"cols": table.columns, "names": table.names, "first": first_columns(table, "own"), "rows": table.rows}
    assert {key: found[key] for key in want} == want


def a_text(kind, text, want, name="own.txt", enc="utf-8"):
    """A text: its lines, or how many."""
    return pytest.param(text.encode(enc), name, want, id=kind)


TEXTS = [
    a_text(
        "chat",
        "[10.03.24, 12:58:41] Tim: Are you there?\n[10.03.24, 12:59:02] Ada: Yes.\nOn my way.\n10/03/24, 13:05 - Tim: Good: see you\n",
        ["Are you there?", "Yes. On my way.", "Good: see you"],
    ),
    a_text(
        "vtt",
        "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ada>Hello there.\n\n00:04.000 --> 00:06.000\nGo on.\n",
        ["Hello there.", "Go on."],
        "a.vtt",
    ),
    a_text(
        "srt html italics",
        "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>Run!</i>\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nWhere to?\r\n",
        ["Run!", "Where to?"],
        "a.srt",
    ),
    a_text("lrc", "[ti:Song]\n[00:01.00]First line\n[00:05.20]Second line\n", ["First line", "Second line"], "a.lrc"),
    a_text(
        "ass",
        "[Script Info]\nTitle: x\n\n[Events]\nFormat: a\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,Hello, {\\i1}you{\\i0}\\Nthere\n",
        ["Hello, you there"],
        "a.ass",
    ),
    a_text(
        "jsonl chat",
        '{"role":"user","content":"Hi there"}\n{"role":"bot","content":"Hello you"}\n',
        ["Hi there", "Hello you"],
        "a.jsonl",
    ),
    a_text("json dict of lists", '{"title":"x","lines":["One a.","Two b."]}', ["One a.", "Two b."], "a.json"),
    a_text(
        "json nested poems",
        '[{"title":"a","paragraphs":["床前明月光，","疑是地上霜。"]},{"title":"b","paragraphs":["白日依山尽，"]}]',
        ["床前明月光，", "疑是地上霜。", "白日依山尽，"],
        "a.json",
    ),
    a_text(
        "csv tweets",
        "id,user,tweet\n1,ann,good day to all of you\n2,bo,bad day for all of them\n",
        ["good day to all of you", "bad day for all of them"],
        "t.csv",
    ),
    a_text(
        "tsv no head",
        "pos\tThis was a fine film\nneg\tThis was a poor film\npos\tWe laughed a lot\n",
        ["This was a fine film", "This was a poor film", "We laughed a lot"],
        "t.tsv",
    ),
    a_text("csv one column sentences", "The sun is up.\nThe moon is down.\n", ["The sun is up.", "The moon is down."], "t.csv"),
    a_text("log", "2020-01-01 start\n[x] two\n{three}\n", ["2020-01-01 start", "[x] two", "{three}"], "a.log"),
    a_text("md", "# Title\n\nA first line here.\nA second one.\n", ["# Title", "A first line here.", "A second one."], "a.md"),
    a_text(
        "verse lower",
        "so much depends\nupon\n\na red wheel\nbarrow\n\nglazed with rain\nwater\n\nbeside the white\nchickens\n",
        8,
    ),
    a_text(
        "verse german",
        "Über allen Gipfeln\nIst Ruh,\nIn allen Wipfeln\nSpürest du\nKaum einen Hauch;\n\nDie Vögelein schweigen im Walde.\nWarte nur, balde\nRuhest du auch.\n",
        8,
    ),
    a_text(
        "wrapped prose",
        (
            "The river had been rising for three days and nobody in the village had\nslept well since the first night of rain. The old bridge, which had stood\nfor ninety years, was said to be safe, yet the miller would not cross\nit any more, and he told everybody who came to him that they should\nwait until the water fell.\n\nOn the fourth day the sun came out and the children ran down to the\nbank, where the boats had been tied up, and they found that two of them\nhad gone in the night without anybody having seen them go.\n"
        ),
        3,
    ),
    a_text("utf16 text", "Hello you there.\nSecond line.\n", ["Hello you there.", "Second line."], "a.txt", "utf-16"),
    a_text("cp1252 quotes", "“Well,” he said, “it’s late.”\n", ["“Well,” he said, “it’s late.”"], "a.txt", "cp1252"),
    a_text("zh prose", "今天早上下雨了。我们没有出门。大家在家里看书。", 3),
    a_text("dialogue", "A: Are you there?\nB: Yes.\nA: Good.\n", 3),
    a_text("html entity", "Tom &amp; Jerry are here.\nThey run.\n", 2),
    a_text(
        "gutenberg",
        "\ufeffThe Project Gutenberg eBook of X\n\nThis ebook is for the use of anyone.\n\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nIt was a dark night.\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n\nLicense text.\n",
        1,
    ),
]


@pytest.mark.parametrize(("raw", "name", "want"), TEXTS)
def test_a_text_is_read_as_a_person_would_read_it(raw, name, want):
    lines = data.read_text(raw, name).lines
    assert (len(lines) if isinstance(want, int) else list(lines)) == want


def a_graph(kind, text, n, m, name="own.csv", **want):
    """A graph: how many nodes and edges, and what else is named."""
    return pytest.param(text.encode(), name, n, m, want, id=kind)


GRAPHS = [
    a_graph("follower", "follower,followed\nann,bo\nbo,cy\ncy,ann\n", 3, 3),
    a_graph("From To weights tab", "From\tTo\tWeight\nA\tB\t2\nB\tC\t1\n", 3, 2),
    a_graph("snap", "# Directed graph\n# FromNodeId\tToNodeId\n0\t1\n0\t2\n1\t2\n", 3, 3),
    a_graph("konect", "% sym unweighted\n1 2\n2 3\n3 1\n", 3, 3),
    a_graph("person1", "person1;person2\nAnn;Bo\nBo;Cy\n", 3, 2),
    a_graph("arrows", "A -> B\nB -> C\nC -> A\n", 3, 3, "g.txt"),
    a_graph("dashes", "A - B\nB - C\n", 3, 2, "g.txt"),
    a_graph("adj list nx", "0 1 2\n1 2\n2\n", 3, 3, "g.adjlist"),
    a_graph("adj dict json", '{"a":["b","c"],"b":["c"],"c":[]}', 3, 3, "g.json"),
    a_graph(
        "cyto",
        '{"elements":{"nodes":[{"data":{"id":"a"}},{"data":{"id":"b"}}],"edges":[{"data":{"source":"a","target":"b"}}]}}',
        2,
        1,
        "g.json",
    ),
    a_graph(
        "vis",
        '{"nodes":[{"id":1,"label":"Ada"},{"id":2,"label":"Bo"}],"edges":[{"from":1,"to":2}]}',
        2,
        1,
        "g.json",
        names=("Ada", "Bo"),
    ),
    a_graph(
        "d3 value",
        '{"nodes":[{"name":"Ada","group":1},{"name":"Bo","group":2},{"name":"Cy","group":1}],"links":[{"source":0,"target":1,"value":3},{"source":1,"target":2,"value":1}]}',
        3,
        2,
        "g.json",
        label_names=("1", "2"),
    ),
    a_graph(
        "gml karate",
        "graph\n[\n  node\n  [\n    id 1\n  ]\n  node\n  [\n    id 2\n  ]\n  edge\n  [\n    source 2\n    target 1\n  ]\n]\n",
        2,
        1,
        "k.gml",
    ),
    a_graph(
        "gexf",
        '<?xml version="1.0"?><gexf xmlns="http://www.gexf.net/1.2draft" version="1.2"><graph><nodes><node id="0" label="Ada"/><node id="1" label="Bo"/></nodes><edges><edge id="0" source="0" target="1"/></edges></graph></gexf>',
        2,
        1,
        "g.gexf",
        names=("Ada", "Bo"),
    ),
    a_graph(
        "graphml keys",
        '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="d0" for="node" attr.name="club" attr.type="string"/><graph edgedefault="undirected"><node id="a"><data key="d0">x</data></node><node id="b"><data key="d0">y</data></node><node id="c"><data key="d0">y</data></node><edge source="a" target="b"/></graph></graphml>',
        3,
        1,
        "g.graphml",
        label_names=("x", "y"),
    ),
    a_graph("pajek matrix", '*Vertices 3\n1 "a"\n2 "b"\n3 "c"\n*Arcs\n1 2 1\n2 3 2\n', 3, 2, "g.net"),
    a_graph("mtx pattern", "%%MatrixMarket matrix coordinate pattern symmetric\n% c\n4 4 3\n2 1\n3 1\n4 2\n", 4, 3, "g.mtx"),
    a_graph("matrix tabs", "\tA\tB\tC\nA\t0\t1\t0\nB\t1\t0\t2\nC\t0\t2\t0\n", 3, 2, "m.tsv"),
    a_graph("nodes ids labels + edges same file", "source,target,label\nAda,,x\nBo,,y\nAda,Bo,\n", 2, 1),
    a_graph("trailing comma", "a,b,\nb,c,\n", 3, 2),
    a_graph("weights german", "von;nach;gewicht\nA;B;1,5\nB;C;2,0\n", 3, 2),
    a_graph("hyphens on the diagonal", ",A,B,C\nA,-,1,0\nB,1,-,1\nC,0,1,-\n", 3, 2),
    a_graph("friends in a cell", 'Time,Name,Friends,Class\n1.1.,Ada,"Bo, Cy",7a\n2.1.,Bo,Ada,7b\n3.1.,Cy,"Ada, Bo",7b\n', 3, 5),
    a_graph("friends of each", "Name;Freund 1;Freund 2\nAda;Bo;Cy\nBo;Ada;\nCy;Ada;Bo\n", 3, 5),
    a_graph(
        "labels of yEd",
        '<?xml version="1.0"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml"><key for="node" id="d0" yfiles.type="nodegraphics"/><graph><node id="n0"><data key="d0"><y:ShapeNode><y:NodeLabel>Zoo</y:NodeLabel></y:ShapeNode></data></node><node id="n1"><data key="d0"><y:ShapeNode><y:NodeLabel>Dom</y:NodeLabel></y:ShapeNode></data></node><edge source="n0" target="n1"/></graph></graphml>',
        2,
        1,
        "own.graphml",
        names=("Zoo", "Dom"),
    ),
]


@pytest.mark.parametrize(("raw", "name", "n", "m", "want"), GRAPHS)
def test_a_graph_is_read_as_a_person_would_read_it(raw, name, n, m, want):
    graph = data.graph_of(data.read_graph(raw, name))
    assert (graph.n, len(graph.edges)) == (n, m)
    assert {key: getattr(graph, key) for key in want} == want


@pytest.mark.parametrize(("raw", "format"), [(b"digraph G { a -> b; }", "DOT"), (b"dl n=2 format=edgelist1\n1 2\n", "UCINET DL")])
def test_a_format_that_is_not_read_is_called_by_its_name(raw, format):
    with pytest.raises(DataError) as caught:
        data.read_graph(raw)
    assert caught.value.values["format"] == format


def a_door(kind, text, name, want):
    """A file for decoding: a table of probabilities, or a text."""
    return pytest.param(text.encode(), name, want, id=kind)


DOORS = [
    a_door("percent table", "prefix,a,b,</s>\n,50%,30%,20%\na,10%,60%,30%\n", "p.csv", "Table"),
    a_door("semicolon comma", "prefix;a;b;<eos>\n;0,5;0,3;0,2\na;0,1;0,6;0,3\n", "p.csv", "Table"),
    a_door("counts", "prefix,a,b,<eos>\n,5,3,2\na,1,6,3\n", "p.csv", "Table"),
    a_door("tab txt", "prefix\ta\tb\tEND\n\t.5\t.3\t.2\na\t.1\t.6\t.3\n", "p.txt", "Table"),
    a_door("reviews stars", "stars,review\n1,The food was cold\n5,We loved it all\n", "r.csv", "Text"),
    a_door("prob and text", "p,sentence\n0.5,The food was cold\n0.7,We loved it all\n", "r.csv", "Text"),
    a_door("plain story", "Once, there was a fox.\nIt ran, and ran.\n", "s.txt", "Text"),
    a_door("one row", "prefix,a,b\n,.5,.5\n", "p.csv", "Table"),
    a_door("named start", "prefix,a,b,</s>\n<start>,,.8,.2\n<start> b,.1,.6,.3\n", "own.csv", "Table"),
]


@pytest.mark.parametrize(("raw", "name", "want"), DOORS)
def test_what_a_file_is_says_what_can_be_made_of_it(raw, name, want):
    assert type(TABLE_OR_TEXT.of_file(raw, name)).__name__ == want


def test_a_column_that_words_keep_from_being_numbers_is_named_with_one_of_them():
    table = data.read_table(("a,b\n" + "".join(f"{i},{'abs.' if i % 4 == 0 else i}\n" for i in range(20))).encode())
    assert ("nearly", {"at": "b", "word": "abs."}) in table.notes


def test_a_table_that_is_none_of_probabilities_is_said_to_be_read_as_a_text():
    assert ("no_model", {}) in TABLE_OR_TEXT.of_file(b"stars,review\n1,The food was cold\n5,We loved it\n", "own.csv").notes


def test_a_cell_of_many_spaces_takes_no_longer_for_it():
    hole = "a" + " " * 100_000 + "b"
    rows = "\n".join(["x,y,z", f"{hole},1,c", "d,2,e", "f,3,g"])
    assert data.read_graph(rows.encode()).rows > 0
