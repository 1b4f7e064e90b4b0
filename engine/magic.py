"""What a file is, by its first bytes: whatever its name says."""


def seems(raw: bytes) -> tuple[str, str] | None:
    """(family, kind) the first bytes give away; None: it may be text. Families: image, sheet, archive, document, other."""
    if raw[:4] == b"PK\x03\x04":
        return _zipped(raw)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "image", "WebP"
    if raw[4:8] == b"ftyp":
        brand = raw[8:12]
        avif = brand in (b"avif", b"avis") or (brand in (b"mif1", b"msf1") and b"avif" in raw[12:64])
        heic = brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis")
        return ("image", "AVIF") if avif else ("image", "HEIC") if heic else ("other", "MP4")
    if raw[:2] == b"BM" and raw[6:10] == bytes(4) and len(raw) > 26:
        return "image", "BMP"
    start = raw[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "document", "HTML"
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return "image", "SVG"
    return next(((family, kind) for magic, family, kind in MAGIC if raw.startswith(magic)), None)


MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image", "PNG"),
    (b"\xff\xd8\xff", "image", "JPEG"),
    (b"GIF87a", "image", "GIF"),
    (b"GIF89a", "image", "GIF"),
    (b"II*\x00", "image", "TIFF"),
    (b"MM\x00*", "image", "TIFF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "sheet", "XLS"),
    (b"%PDF-", "document", "PDF"),
    (b"{\\rtf", "document", "RTF"),
    (b"\x1f\x8b", "archive", "gzip"),
    (b"7z\xbc\xaf\x27\x1c", "archive", "7z"),
    (b"Rar!\x1a\x07", "archive", "RAR"),
    (b"\xfd7zXZ\x00", "archive", "xz"),
    (b"\x93NUMPY", "other", "NumPy"),
    (b"PAR1", "other", "Parquet"),
    (b"\x89HDF\r\n\x1a\n", "other", "HDF5"),
    (b"SQLite format 3\x00", "other", "SQLite"),
    (b"\x7fELF", "other", "ELF"),
)


def is_image(raw: bytes) -> bool:
    """Whether a file's first bytes are those of an image, readable here or not."""
    return (seems(raw) or ("", ""))[0] == "image"


def _zipped(raw: bytes) -> tuple[str, str]:
    if b"xl/" in raw[:10_000]:
        return "sheet", "XLSX"
    if b"opendocument.spreadsheet" in raw[:200]:
        return "sheet", "ODS"
    return ("document", "Word") if b"word/" in raw[:10_000] else ("archive", "ZIP")
