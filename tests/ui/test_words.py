"""Words are complete in every language, and the look stands in one place."""

import re
import string
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from charts import theme
from contents import SECTIONS
from engine import errors
from engine.algorithm import meant
from tests.engine.algorithms import ALGORITHMS
from ui.text import LANGUAGES, PLACE, REFERENCE, Count, phrases, theory
from views import sentences
from views.look import Look

ROOT = Path(__file__).parents[2]
SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
topics = pytest.mark.parametrize("slug", SLUGS)
others = [language for language in LANGUAGES if language != REFERENCE]


TABLES = (
    "ui",
    "sections",
    "notices",
    "player",
    "errors",
    "notes",
    "texts",
)


SEVERAL = re.compile(r"\b1 (blank |empty |long |incomplete )?\w+[^s]s\b|\b1 \w+ (are|have|lead|stand)\b")
MANY = ("graph_labels_left", "long_line", "more_marks")  # said of many alone, or of one kind of several


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_phrase_stands_in_every_language_with_the_same_fields():
    reference = phrases(REFERENCE)
    for language in others:
        other = phrases(language)
        assert {table: set(words) for table, words in other.items()} == {table: set(words) for table, words in reference.items()}
        for table in TABLES:
            for key, template in reference[table].items():
                assert fields(other[table][key]) == fields(template), (language, table, key)


def test_a_note_on_a_file_speaks_of_one_as_of_one():
    notes = phrases("en")["notes"]
    one = {
        name: Count(1) if name in ("count", "nodes", "edges", "classes") else "x"
        for note in notes.values()
        for name in fields(note)
    }
    said = {key: note.format(**one) for key, note in notes.items() if key not in MANY}
    assert {key: text for key, text in said.items() if SEVERAL.search(text)} == {}
    assert notes["missing"].format(count=Count(1), columns="a") == "1 cell without a number in: a."
    assert notes["missing"].format(count=Count(1204), columns="a") == "1204 cells without a number in: a."


def test_sentences_in_a_row_have_a_space_between_them_where_their_language_has_one():
    assert sentences("It moves.", "", "It stops.") == "It moves. It stops."
    assert sentences("它移动。", "它停下。") == "它移动。它停下。"


def test_no_phrase_is_the_same_in_two_languages():
    same = {
        (table, key)
        for language in others
        for table in TABLES
        for key, text in phrases(language)[table].items()
        if text == phrases(REFERENCE)[table][key] and re.search("[a-z]{3}", text)
    }
    assert same == set()


@topics
def test_every_topic_has_a_theory_in_every_language_with_the_same_keys(slug):
    reference = theory(slug, REFERENCE)
    for language in others:
        other = theory(slug, language)
        for table in ("labels", "view_labels", "choices", "columns", "say"):
            assert set(getattr(other, table)) == set(getattr(reference, table)), table
        for key, template in reference.say.items():
            assert fields(other.say[key]) == fields(template), key
        for name, choices in reference.choices.items():
            assert set(other.choices[name]) == set(choices)
        assert [item.id for item in other.experiments] == [item.id for item in reference.experiments]
        assert [len(item.question.choices) for item in other.experiments] == [
            len(item.question.choices) for item in reference.experiments
        ]
        assert [sorted(re.findall(PLACE, item.question.why)) for item in other.experiments] == [
            sorted(re.findall(PLACE, item.question.why)) for item in reference.experiments
        ]
        assert len(other.errata) == len(reference.errata)
        assert other.prose.count("$$") == reference.prose.count("$$")


@topics
def test_what_a_number_means_is_one_short_sentence_or_two_about_a_number_there_is_in_every_language(slug):
    for language, most in (("en", 170), ("zh", 90)):
        text = theory(slug, language)
        assert text.means.keys() <= text.columns.keys()
        assert text.means.keys() == theory(slug, REFERENCE).means.keys()
        assert [said for said in text.means.values() if len(said) > most or said[-1] not in ".。"] == []


@pytest.mark.parametrize(("language", "sign"), [("en", "\u00a0%"), ("zh", "%")])
def test_a_share_is_said_in_per_cent_as_the_language_writes_it_and_an_unknown_one_is_not_nought(language, sign):
    look = Look((), None, (), None, theory("gcn", language), "train")
    said = [look.percent(0.5), look.percent(0.12345, 1), look.percent(None), look.percent(float("nan"))]
    assert said == [f"50{sign}", f"12.3{sign}", "–", "–"]


@topics
def test_every_parameter_and_choice_has_a_name(slug):
    kinds = [item.kind for item in ALGORITHMS if item.slug == slug]
    for language in LANGUAGES:
        text = theory(slug, language)
        for spec in [spec for kind in kinds for spec in kind.Params.specs()]:
            if spec.name != "close_up":
                assert spec.name in text.labels, spec.name
            assert set(spec.choices) <= set(text.choices.get(spec.name, {})), spec.name
        assert len(kinds) == 1 or [kind.name for kind in kinds] == list(text.choices["show"])


@topics
def test_a_topic_has_four_to_six_experiments_whose_settings_are_legal(slug):
    kinds = [item.kind for item in ALGORITHMS if item.slug == slug]
    items = theory(slug, REFERENCE).experiments
    assert 4 <= len(items) <= 6
    section = next(section for section, slugs in SECTIONS.items() if slug in slugs)
    options = import_module(f"views.{section}.{slug}").Options
    for item in items:
        for values in (item.set, {**item.set, **item.then_set}):
            kind = meant(kinds, values)
            own = {name: value for name, value in values.items() if name in kind.Params.model_fields}
            kind.Params.make(**own)
            options.make(**{name: value for name, value in values.items() if name not in {*own, "show"}})
        assert (item.question.kind == "choice") == bool(item.question.choices)
        assert item.question.kind in ("number", "goal") or 0 <= item.question.right < len(item.question.choices)


def test_every_error_that_is_raised_has_its_sentence():
    source = "".join(
        path.read_text(encoding="utf-8") for folder in ("engine", "runtime", "ui") for path in (ROOT / folder).rglob("*.py")
    )
    kinds = "|".join(
        name for name in dir(errors) if isinstance(getattr(errors, name), type) and issubclass(getattr(errors, name), Exception)
    )
    codes = set(re.findall(rf'\b(?:{kinds})\(\s*"(\w+)"', source))
    assert len(codes) > 20
    for language in LANGUAGES:
        assert codes <= errors.codes(language), codes - errors.codes(language)


def test_the_settings_of_streamlits_theme_are_the_tokens():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    keys = {"primaryColor": "ink", "backgroundColor": "paper", "secondaryBackgroundColor": "surface", "textColor": "ink", "borderColor": "line",
            "codeBackgroundColor": "sunk", "linkColor": "ink", "codeTextColor": "ink"}  # fmt: skip
    for name, palette in (("light", theme.LIGHT), ("dark", theme.DARK)):
        assert {key: config[name][key] for key in keys} == {key: palette[token] for key, token in keys.items()}


def test_all_palettes_have_the_same_roles():
    assert set(theme.LIGHT) == set(theme.DARK) == set(theme.PROJECTOR)


def _luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", [theme.LIGHT, theme.DARK, theme.PROJECTOR])
@pytest.mark.parametrize(("front", "back", "least"), [("ink", "paper", 12), ("ink2", "paper", 6), ("ink3", "surface", 4.5), ("accent", "surface", 4.5), ("bad", "surface", 4.5)])  # fmt: skip
def test_type_can_be_read_on_what_it_stands_on(palette, front, back, least):
    bright, dark = sorted((_luminance(palette[front]), _luminance(palette[back])), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= least


def test_a_projector_gets_more_contrast_than_a_screen():
    for front, back in (
        ("ink", "paper"),
        ("ink2", "surface"),
        ("ink3", "surface"),
        ("line", "surface"),
        ("edge", "surface"),
        ("ghost", "surface"),
    ):
        screen, wall = (_luminance(palette[back]) + 0.05 for palette in (theme.LIGHT, theme.PROJECTOR))
        assert wall / (_luminance(theme.PROJECTOR[front]) + 0.05) > screen / (_luminance(theme.LIGHT[front]) + 0.05), front


def test_the_contract_between_topics_names_every_topic():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    apart = next(contract["modules"] for contract in contracts if contract["name"].startswith("a topic imports no other"))
    assert set(apart) == {f"engine.{section}.{slug}" for section, slugs in SECTIONS.items() for slug in slugs}


def test_the_readme_names_every_room():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith((".", "__")) and (path / "__init__.py").exists()
    ]
    assert [room for room in rooms if f"{room}/" not in readme] == []
    files = [
        path
        for room in ("engine", "charts", "runtime", "ui")
        for path in (ROOT / room).glob("*.py")
        if path.name != "__init__.py"
    ]
    assert [str(path.relative_to(ROOT)) for path in files if path.name not in readme] == []
