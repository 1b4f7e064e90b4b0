"""The table of contents: section → topics in reading order. Data only; names and questions stand in the theories."""

SECTIONS: dict[str, list[str]] = {
    "language": ["ngram", "word2vec", "decoding"],
    "learning": ["som", "em"],
    "graphs": ["gcn"],
    "vision": ["swin"],
    "generative": ["diffusion"],
}

# For whoever begins: an order from the light to the heavy, and what a topic builds on.
PATH: list[str] = ["som", "em", "ngram", "decoding", "word2vec", "gcn", "swin", "diffusion"]
AFTER: dict[str, list[str]] = {
    "decoding": ["ngram"],  # a language model is what is decoded
    "word2vec": ["ngram"],  # words, contexts and counts
    "diffusion": ["em"],  # its exact guess is the mean under the responsibilities of a mixture
}
