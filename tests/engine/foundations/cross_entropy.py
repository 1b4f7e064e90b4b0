"""What the tests have to know of cross entropy."""

from tests.hostile import WORDS


def pair() -> bytes:
    """Two rows whose classes have hostile names."""
    heads = ",".join('"' + word.replace('"', '""') + '"' for word in WORDS[:4])
    return f'row,{heads}\nP,0.25,0.25,0.25,0.25\n"{WORDS[0]}",0.1,0.2,0.3,0.4\n'.encode()


HOSTILE = ("", ".csv", pair)  # a table of two rows
