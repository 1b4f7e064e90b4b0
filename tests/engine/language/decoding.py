"""What the tests have to know of decoding."""

from tests import hostile

HOSTILE = ("", ".txt", hostile.text)  # it takes texts too, and they hold more words
