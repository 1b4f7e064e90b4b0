"""What a visitor may bring who means harm: files of every kind whose every word is markup."""

from tests.browser.playground import picture

MARKUP = "<img src=x onerror=window.hacked=1>"
WORDS = [MARKUP, "<svg/onload=window.hacked=1>", "</script><script>window.hacked=1</script>", "[a](javascript:window.hacked=1)",
         '"onmouseover="window.hacked=1', "<a href=javascript:window.hacked=1>b</a>", "$\\\\href{javascript:window.hacked=1}{c}$", "{0.__class__}", "@ink", "&lt;b&gt;"]  # fmt: skip


def table() -> bytes:
    """Numbers under hostile heads, hostile classes and names."""
    head = f'"{MARKUP}","{WORDS[1]}","kind {WORDS[2]}","name {WORDS[3]}"'
    quoted = [word.replace('"', '""') for word in WORDS]
    rows = [f'{k % 5 + k / 10},{k % 7 + k / 7},"{quoted[k % 2]}","{quoted[k % 10]}{k}"' for k in range(40)]
    return "\n".join([head, *rows]).encode()


def text() -> bytes:
    """A text of hostile words, each often enough to count."""
    said = " ".join(f"the {word} is a word and" for word in WORDS)
    return "\n".join(f"{said} line {k % 3} ." for k in range(40)).encode()


def graph() -> bytes:
    """A ring of nodes with hostile names and labels."""
    rows = [["source", "target", "label"]]
    rows += [[word, "", WORDS[k % 2]] for k, word in enumerate(WORDS)]
    rows += [[word, WORDS[(k + 1) % len(WORDS)], ""] for k, word in enumerate(WORDS)]
    return "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows).encode()


TABLE, TEXT, GRAPH = (".csv", table), (".txt", text), (".csv", graph)
PICTURE = (".png", picture)
HOSTILE = {  # what a topic takes, and the link under which it takes it
    "ngram": ("", *TEXT), "word2vec": ("", *TEXT), "decoding": ("", *TEXT), "som": ("", *TABLE), "em": ("?em.model=mixture", *TABLE),
    "gcn": ("", *GRAPH), "swin": ("", *PICTURE), "diffusion": ("?diffusion.what=forward", *PICTURE),
}  # fmt: skip
