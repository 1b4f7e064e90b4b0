"""Type stands level in every figure."""

import re
from pathlib import Path

from charts import theme

ROOT = Path(__file__).parents[2]
ANGLE = re.compile(r"""(?:tick|text)angle["']?\s*[:=]\s*([^,}\n]+)""")


def test_no_axis_turns_its_labels_and_no_picture_says_otherwise():
    assert theme.AXIS["tickangle"] == 0
    for file in [*ROOT.glob("charts/*.py"), *ROOT.glob("views/**/*.py")]:
        assert set(ANGLE.findall(file.read_text(encoding="utf-8"))) <= {"0"}, file
