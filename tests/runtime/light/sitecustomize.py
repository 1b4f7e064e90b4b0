"""On the path of a server whose runs need neither: its workers start without torch and gensim, which take most of their time."""

import sys


class Missing:
    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name in ("torch", "gensim"):
            raise ModuleNotFoundError(name)


sys.meta_path.insert(0, Missing)
