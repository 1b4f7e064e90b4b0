"""What the tests have to know of diffusion."""

from tests import hostile

HOSTILE = ("?diffusion.what=forward", ".png", hostile.picture)  # it opens with pictures that begin with none
