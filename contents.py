"""The table of contents: section → topics in reading order. Data only; names and questions stand in the theories."""

SECTIONS: dict[str, list[str]] = {
    "foundations": ["tensors", "autograd", "optimisation", "cross_entropy"],
    "language": ["ngram", "word2vec", "decoding"],
    "learning": ["som", "em"],
    "graphs": ["gcn"],
    "vision": ["swin"],
    "generative": ["diffusion"],
}
# The topic whose picture stands for its section on the home page.
POSTER: dict[str, str] = {
    "foundations": "optimisation",
    "language": "decoding",
    "learning": "som",
    "graphs": "gcn",
    "vision": "swin",
    "generative": "diffusion",
}

# For whoever begins: an order from the light to the heavy, and what a topic builds on.
PATH: list[str] = [
    "som", "autograd", "optimisation", "cross_entropy", "tensors",
    "em", "ngram", "decoding", "word2vec", "gcn", "swin", "diffusion",
]  # fmt: skip
AFTER: dict[str, list[str]] = {
    "tensors": ["autograd"],  # what a write can break is the way back
    "optimisation": ["autograd"],  # slopes are what is followed
    "decoding": ["ngram"],  # a language model is what is decoded
    "word2vec": ["ngram"],  # words, contexts and counts
    "diffusion": ["em"],  # its exact guess is the mean under the responsibilities of a mixture
}

# The notes, chapter by chapter in their order: what a section is called (its words stand in assets/text) → the page that runs it.
SYLLABUS: dict[str, dict[str, str]] = {
    "coding": {"saving": "tensors", "lazily": "tensors?data=lazy"},
    "neural": {
        "sweep": "autograd",
        "fitted": "autograd?autograd.show=fit",
        "downhill": "optimisation",
        "convex": "optimisation?optimisation.show=chord",
    },
    "texts": {
        "chain": "ngram",
        "smoothing": "ngram?ngram.show=context",
        "weights": "ngram?ngram.show=weights",
        "generate": "decoding",
        "perplexity": "ngram?ngram.show=perplexity",
        "vectors": "word2vec",
        "pair": "word2vec?word2vec.show=pair",
        "huffman": "word2vec?word2vec.show=tree",
        "negative": "word2vec?word2vec.show=noise",
    },
    "machine": {"em": "em", "sheet": "som"},
    "nets": {"data": "gcn?gcn.show=inspect", "rounds": "gcn?gcn.show=propagate"},
    "losses": {"entropy": "cross_entropy"},
    "images": {"windows": "swin"},
    "noise": {"forward": "diffusion?diffusion.show=forward", "back": "diffusion"},
}
