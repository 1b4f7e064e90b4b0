"""What tests of pictures share."""

from charts.panels import Picture


def on_a_phone(picture: Picture) -> list[float]:
    """What each panel plots on there, in reading order, as parts of its stage."""
    places = [item["domain"] for key, item in picture.narrow.items() if key[1:5] == "axis"]
    return [(right - left) * (high - low) for (left, right), (low, high) in zip(places[::2], places[1::2], strict=True)]
