"""The table of contents: section → topics in reading order. Data only; names and questions stand in the theories."""

SECTIONS: dict[str, list[str]] = {
    "language": ["decoding"],
    "learning": ["som", "em"],
    "generative": ["diffusion"],
}
