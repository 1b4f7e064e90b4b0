"""A third language is new files and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VISIT = """
from pathlib import Path
from streamlit.testing.v1 import AppTest
from contents import SECTIONS
from ui import search
from ui.text import LANGUAGES, phrases

assert LANGUAGES == ("en", "eo", "zh"), LANGUAGES
page = AppTest.from_file(str(Path.cwd() / "ui" / "navigation.py"), default_timeout=120)
page.query_params["lang"] = "eo"
page.run()
assert not page.exception, page.exception
assert any("Rigardu" in item.proto.body for item in page.get("html"))
assert page.button(key="language_button").label == "中文"
assert [topic.slug for topic in search.find("memorganiza")] == ["som"]
assert any("Memorganiza mapo" in item.proto.body for item in page.get("html"))
page.switch_page("../pages/learning/som.py").run()
assert not page.exception and not page.error, (page.exception, page.error)
assert any("Memorganiza mapo" in item.proto.body for item in page.get("html"))
assert page.slider(key="som.rows").label == "Vicoj"
for label in ("中文", "English", "Esperanto"):
    assert page.button(key="language_button").label == label
    page.button(key="language_button").click().run()
    assert not page.exception
assert page.query_params["lang"] == "eo"
print("accepted")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with Esperanto: every file is the one that is here, but for those of the new language."""
    for item in ROOT.iterdir():
        if item.name != "assets" and not item.name.startswith("."):
            (tmp_path / item.name).symlink_to(item)
    (tmp_path / ".streamlit").symlink_to(ROOT / ".streamlit")
    (tmp_path / "assets").mkdir()
    for item in (ROOT / "assets").iterdir():
        if item.name in ("text", "theory"):
            shutil.copytree(item, tmp_path / "assets" / item.name)
        else:
            (tmp_path / "assets" / item.name).symlink_to(item)
    text, theory = tmp_path / "assets" / "text", tmp_path / "assets" / "theory"
    changed = (text / "en.toml").read_text(encoding="utf-8").replace('language_name = "English"', 'language_name = "Esperanto"')
    changed = changed.replace("Watch machine-learning theory run.", "Rigardu la teorion kuri.")
    (text / "eo.toml").write_text(changed, encoding="utf-8")
    shutil.copytree(theory / "en", theory / "eo")
    som = theory / "eo" / "som.md"
    changed = som.read_text(encoding="utf-8").replace('title = "Self-organising map"', 'title = "Memorganiza mapo"')
    som.write_text(changed.replace('rows = "Rows"', 'rows = "Vicoj"'), encoding="utf-8")
    return tmp_path


def test_files_alone_bring_a_language_to_every_page_the_search_and_the_switch(project):
    done = subprocess.run(
        [sys.executable, "-c", VISIT], cwd=project, capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(project), "PATH": "/usr/bin:/bin", "HOME": str(project), "WORKERS": "0"},
    )  # fmt: skip
    assert done.stdout.strip() == "accepted", done.stderr[-2000:]
