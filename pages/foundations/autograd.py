"""Back-propagation: the page."""

from engine.foundations import autograd
from engine.foundations.autograd import SCRIPTS, readable
from ui.data import EDITED_POINTS, script
from ui.shell import topic
from views.foundations import autograd as view

topic(
    autograd,
    view,
    samples={"graph": tuple(SCRIPTS), "fit": ("line", "scattered")},
    form={"graph": script(readable), "fit": EDITED_POINTS},
)
