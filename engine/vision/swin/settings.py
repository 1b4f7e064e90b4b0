"""Settings that several films of Swin share."""

from engine.params import Certain, number


class Windowed(Certain):
    window: int = number(7, 2, 12)


class Sized(Windowed):
    height: int = number(224, 32, 512)
    width: int = number(224, 32, 512)


class Asked(Certain):
    """Which patch is asked: ‰ of the height and of the width."""

    down: int = number(460, 0, 999, rare=True)
    across: int = number(460, 0, 999, rare=True)
