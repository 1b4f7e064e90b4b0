"""What the tests have to know of tensors."""

from tests.hostile import WORDS


def script() -> bytes:
    """Lines that can be read, with hostile words behind them."""
    return "\n".join(f"{name} = torch.ones(2)  # {word}" for name, word in zip("abcdefgh", WORDS, strict=False)).encode()


HOSTILE = ("", ".txt", script)
