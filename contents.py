"""The table of contents: section → topics in reading order. Data only; names and questions stand in the theories."""

SECTIONS: dict[str, list[str]] = {
    "language": ["ngram", "word2vec", "decoding"],
    "learning": ["som", "em"],
    "graphs": ["gcn"],
    "vision": ["swin"],
}
