"""A topic that takes pictures: its form, and what travels in a link."""

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from engine import data
from engine.errors import DataError
from ui.data import PICTURE
from ui.data.links import assemble
from ui.data.own import Own


def test_a_sample_picture_has_its_origin_and_keeps_it_through_a_pipe():
    import pickle

    picture = data.sample("chelsea")
    assert picture.origin == "sample:chelsea"
    again = pickle.loads(pickle.dumps(picture))
    assert again == picture
    assert not again.pixels.flags.writeable


def test_an_own_picture_travels_by_name_and_digest_and_its_code_reads_the_file():
    file = io.BytesIO()
    Pillow.fromarray(np.random.default_rng(0).integers(0, 255, (9, 7, 3), dtype=np.uint8)).save(file, "PNG")
    mine = data.read_image(file.getvalue())
    chosen = assemble("any", "own", Own(mine, "mine.png", 99), None, "chelsea", PICTURE)
    assert chosen.data == mine
    assert chosen.link == {"data": f"file:mine.png:99:{mine.digest[:12]}"}
    assert chosen.code == "datasets.read_image(open('mine.png', \"rb\").read())"


def test_a_table_in_a_link_to_a_topic_of_pictures_is_refused():
    with pytest.raises(DataError) as caught:
        PICTURE.try_out(data.sample_table("penguins"))
    assert caught.value.code == "is_text"
