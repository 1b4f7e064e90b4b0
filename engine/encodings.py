"""Bytes to letters. UTF-8 and UTF-16 prove themselves; of the older encodings the one whose letters are plausible is believed.

A decoder that does not fail proves nothing: nearly any bytes are GB18030. So every candidate's letters are judged where they
stand: by the alphabets of languages, by the commonest Chinese, Japanese and Korean signs, by a sign that sticks between Latin
letters. Measured before this was written: charset-normalizer 3.5 reads our German as cp1250 and `temp (°C)` as Big5, chardet 7
reads `Lié` as MacLatin2 and `°C;µm` as CP949; both judge by whole languages, and files of cells are too short for that.
"""

import regex

from engine.errors import DataError

HEAD = 60_000  # bytes of lines with letters beyond ASCII that are judged
LEAST = 0.25  # what the best encoding must be worth
RARE = {
    "mac_roman": 0.06,
    "cp850": 0.06,
    "iso8859_2": 0.06,
    "cp1257": 0.06,
    "cp866": 0.2,
    "cp1256": 0.1,
    "cp874": 0.35,
}  # what they fall short for it
ALIKE = 0.15  # how near another one must come to be named beside it

NAMES = {  # how Python calls an encoding → how people do; the first of equals is believed
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "gb18030": "GB18030",
    "big5hkscs": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "koi8_r": "KOI8-R",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
    "cp866": "DOS 866",
    "iso8859_2": "ISO 8859-2",
    "cp1257": "Windows-1257",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp874": "Windows-874",
}
EAST = frozenset(("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949"))
WESTERN = (
    "äöüß", "éèêëàâçîïôûùœæÿü", "áéíóúñü", "áâãàçéêíóôõú", "àèéìíòù", "åäöé", "æøåé", "éëïöü", "áðéíóúýþæö", "áéíóú",
)  # fmt: skip
ALPHABETS: dict[str, tuple[str, ...]] = {
    "cp1252": WESTERN,
    "mac_roman": WESTERN,
    "cp850": WESTERN,
    "cp1250": (
        "ąćęłńóśźż",
        "áčďéěíňóřšťúůýž",
        "áäčďéíĺľňóôŕšťúýž",
        "áéíóöőúüű",
        "ăâîșțşţ",
        "čćđšž",
        "äöüß",
    ),
    "cp1254": ("çğıöşüâîi",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"),
}
ALPHABETS["iso8859_2"] = ALPHABETS["cp1250"]
CYRILLIC = "ыьэюяіїјљњћђ"
TELLING = {
    "cp1251": CYRILLIC,
    "koi8_r": CYRILLIC,
    "cp1253": "άέήίόύώ",
}  # what these scripts are seldom without; Hebrew, read so, is
COMMON = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运笔城村京江温度春花树雪风雨"
    "個們來為國說時會對過發後裡種學現當沒動還進樣開從實無長機關點業將兩間問應戰頭體見產東聲員論處義幾認條系氣題爾別變總電數報結務場計資統區隊決馬書則聽達強難權設記類據邊張該規萬覺術領確傳師觀讓識帶導爭運溫樹風雲橋梅桃柳松竹高鐵圖館門車錢買賣麼這"
)
KOREAN = frozenset(
    "이다는에의가을를은고하서로한지도사기시인대자그리어해정나수부보일제아있여스들것구과장원만주우전상라조동게나면성비산소공신연경오문선방용미무중없거때저안말위마교세국모생관적치파호유실야물와간내날번내집음임명강감개결계김남년너네노누느니당더던데두드될때란려력료루르름린많모목못물민바반발배백벌벼변별본북불사살서석설세손송식신실심씨약양언얼었영예왔외요울원월은음응입있잘잡재저점제종좋죄주준줄증진질집차참천청초최추출춤친크타태터토통트특편평포표품하학할함합항해행현형호화확환활황회효후히힘울광온늘높길눈꽃"
)
HAN, HANGUL = regex.compile(r"\p{Han}"), regex.compile(r"\p{Hangul}")
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]")
HALF_KANA = regex.compile(r"[\uff61-\uff9f]")
WHOLE = regex.compile(r"[\p{Cyrillic}\p{Greek}\p{Hebrew}\p{Arabic}\p{Thai}]")  # scripts that share no word with Latin letters
THAI, THAI_MARK = regex.compile("[ก-ฮ\u0e34-\u0e39]"), regex.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
CJK_SIGNS = regex.compile(r"[\u3000-\u303f\uff00-\uff60\uffe0-\uffe6\u2014\u2018-\u201d\u2026·℃]")
SIGNS = frozenset("°€£§±²³µ·×–—‘’“”„…«»½¼¾•™®©¿¡ªº\xa0¢¥‚‹›÷†‡№")
FREQUENT = frozenset("’°µ€£§²³±–—“”„…\xa0«»")
BROKEN = regex.compile(r"[\p{Co}\p{Cn}\p{Cc}--\t\n\r]|\ufffd", regex.V1)


def decode(raw: bytes, encoding: str = "") -> tuple[str, str, tuple[str, ...]]:
    """Text, its encoding, and others that are as likely. With `encoding`, that one. Raises DataError where it is no text.

    Encodings are named as in NAMES. Tried are UTF-8 and UTF-16, strictly; else what `guesses` believes.
    """
    if encoding:
        return _checked(_strictly(raw, encoding)), encoding, ()
    for name in _proving(raw):
        try:
            return _checked(raw.decode(name)), "utf-8" if name == "utf-8-sig" else "utf-16", ()
        except UnicodeDecodeError:
            continue
    if 0 in raw:
        raise DataError("is_binary")
    ranked = guesses(raw)
    if not ranked or ranked[0][0] < LEAST:
        raise DataError("encoding", guess="UTF-8" if _nearly_utf8(raw) else NAMES[ranked[0][1]] if ranked else "?")
    best, name = ranked[0]
    alike = tuple(
        other
        for worth, other in ranked[1:]
        if worth > LEAST and worth > best - (ALIKE if (name in EAST) == (other in EAST) else 0)
    )
    return _checked(raw.decode(name)), name, _that_differ(raw, name, alike)


def _strictly(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except (UnicodeDecodeError, LookupError) as problem:
        raise DataError("encoding_chosen", encoding=NAMES.get(encoding, encoding)) from problem


def _checked(text: str) -> str:
    controls = sum(text.count(chr(code)) for code in (*range(9), *range(14, 32), 127))
    if "\0" in text or controls > len(text) / 100:
        raise DataError("is_binary")
    return text.removeprefix("\ufeff")


def _that_differ(raw: bytes, name: str, alike: tuple[str, ...]) -> tuple[str, ...]:
    """Of encodings that are as likely those that give other letters, each reading once."""
    seen, kept = {raw.decode(name)}, []
    for other in alike:
        text = raw.decode(other)
        kept += [] if text in seen else [other]
        seen.add(text)
    return tuple(kept)


def _proving(raw: bytes) -> tuple[str, ...]:
    """The encodings that bytes prove by themselves."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if 0 not in raw:
        return ("utf-8-sig",)
    even, odd = raw[::2].count(0), raw[1::2].count(0)  # in UTF-16 digits and commas have their zero byte on one side
    if len(raw) % 2 or max(even, odd) < len(raw) / 20 or 5 * min(even, odd) > max(even, odd):
        raise DataError("is_binary")
    return ("utf-16-le",) if odd > even else ("utf-16-be",)


def _nearly_utf8(raw: bytes) -> bool:
    text = raw.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return 0 < broken < sum(character > "\x7f" for character in text) / 2


def guesses(raw: bytes) -> list[tuple[float, str]]:
    """How much each older encoding is worth, −3 … 1, the likeliest first; those that cannot be are left out."""
    head = _head(raw)
    found = []
    for name in list(NAMES)[2:]:
        try:
            raw.decode(name)
            found.append((worth(head.decode(name), name), name))
        except UnicodeDecodeError:
            continue
    return sorted(found, key=lambda pair: (-pair[0], list(NAMES).index(pair[1])))


def _head(raw: bytes) -> bytes:
    """The lines that hold more than ASCII, as far as they are judged."""
    kept, size = [], 0
    for line in raw.splitlines():
        if not line.isascii():
            kept.append(line)
            size += len(line)
        if size > HEAD:
            break
    return b"\n".join(kept)


def worth(text: str, name: str) -> float:
    """How plausible letters are that an encoding gives, per letter beyond ASCII: from −3 to 1."""
    padded = f"\n{text}\n"
    spots = [i for i, character in enumerate(padded) if character > "\x7f"]
    if not spots:
        return 1.0
    alphabet = _alphabet(padded, spots, name)
    marks = [_mark(padded[i - 1], padded[i], padded[i + 1], name, alphabet) for i in spots]
    return sum(marks) / len(marks) - RARE.get(name, 0) - (0.3 if _is_lacking([padded[i] for i in spots], name) else 0)


def _is_lacking(letters: list[str], name: str) -> bool:
    """Whether letters are nearly all large, as another encoding's are here, or many small ones lack what is seldom missing."""
    text = "".join(letter for letter in letters if letter.isalpha())
    if name not in TELLING or not text:
        return False
    large = sum(letter.isupper() for letter in text) / len(text)
    return large > 0.6 or (not large and len(text) > 24 and not set(text) & set(TELLING[name]))


def _alphabet(text: str, spots: list[int], name: str) -> frozenset[str]:
    """Of the alphabets of an encoding the one that has most of the letters."""
    letters = [text[i].lower()[0] for i in spots]
    known = [one for one in ALPHABETS.get(name, ("",)) if "þ" not in one or set(letters) & set("áéíóúæ")]  # else it is Turkish
    best = max(known, key=lambda alphabet: sum(letter in alphabet for letter in letters))
    return frozenset(best)


def _mark(before: str, character: str, after: str, name: str, alphabet: frozenset[str]) -> float:
    if BROKEN.match(character):
        return -3
    if name in EAST:
        return _mark_of_sign(before, character, after, name)
    return _mark_of_letter(before, character, after, alphabet)


def _mark_of_sign(before: str, character: str, after: str, name: str) -> float:
    """What a sign of East Asia is worth beside its neighbours."""
    latin = sum(side.isascii() and side.isalpha() for side in (before, after))
    if CJK_SIGNS.match(character):
        return 0.6
    if HALF_KANA.match(character):
        return -1
    if KANA.match(character):
        return (1 if name in ("cp932", "euc_jp") else -0.3) - 2 * (latin == 2)
    if HANGUL.match(character):
        known = 1 if character in KOREAN else 0.45 if _is_plain(character, "euc_kr") else -1
        return known - 2 * (latin == 2) if name == "cp949" else -1
    if not HAN.match(character):
        return -0.5
    alone = not any(side > "\x7f" and side.isalpha() for side in (before, after))
    glued = 3 if latin == 2 and alone else 1.5 if latin and alone else 0
    return _mark_of_han(character, name) - glued


def _mark_of_han(character: str, name: str) -> float:
    if name == "cp949":
        return -0.5
    if character in COMMON:
        return 1
    if name == "gb18030":
        raw = character.encode("gb18030")
        return 0.5 if len(raw) == 2 and 0xB0 <= raw[0] <= 0xD7 and raw[1] >= 0xA1 else -0.6
    if name == "big5hkscs":
        raw = character.encode("big5hkscs")
        return 0.5 if 0xA4 <= raw[0] <= 0xC6 else -0.6
    raw = character.encode(name)
    return 0.4 if (0x88 <= raw[0] <= 0x97 if name == "cp932" else 0xB0 <= raw[0] <= 0xCF) else -0.5


def _is_plain(character: str, name: str) -> bool:
    try:
        return bool(character.encode(name))
    except UnicodeEncodeError:
        return False


def _mark_of_letter(before: str, character: str, after: str, alphabet: frozenset[str]) -> float:
    """What a letter or a sign of one byte is worth beside its neighbours."""
    between = before.isalpha() and after.isalpha()
    if THAI_MARK.match(character):
        return 1 if THAI.match(before) else -2
    if WHOLE.match(character):
        strange = any(side.isascii() and side.isalpha() for side in (before, after))
        return -1.5 if strange or (character.isupper() and before.islower()) else 1 if between or character.isalpha() else 0
    if character in "’‘" or (character in SIGNS and not between):
        return 1 if character in FREQUENT else 0.8
    if not character.isalpha():
        return -2 if between else -0.5
    if character.isupper() and before.islower():
        return -1.5
    alone = any(side > "\x7f" and side.isalpha() for side in (before, after))  # such letters seldom stand together
    return (1 if character.lower()[0] in alphabet else 0.2) - 0.7 * alone
