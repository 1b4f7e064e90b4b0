"""Imported once, by the process that workers are forked from: a worker then starts with every algorithm at hand.

Never imported by the server: it would bring torch, gensim, jieba and torch_geometric there.
"""

import gc
import importlib
import pkgutil
import traceback

import engine
import runtime.child  # noqa: F401

for module in pkgutil.walk_packages(engine.__path__, "engine.", onerror=lambda name: None):
    try:
        importlib.import_module(module.name)
    except Exception:  # one broken topic must not keep the others from starting; its own run will say what is wrong
        traceback.print_exc()

for library in ("gensim.models",):  # which topics import where they need it, so that the server never does
    importlib.import_module(library)

gc.collect()
gc.freeze()  # what is here is shared with every worker as long as no collection touches it
