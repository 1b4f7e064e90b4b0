"""Numbers as people write them: a true minus, digits by meaning, m × 10ⁿ. The player (`number`, `short`) writes the same.

One form serves captions, metrics, hover labels, tables and what is read aloud; only a formula sets powers its own way
(`formula.filled`), and the player raises them in what it draws.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

UNKNOWN = "–"
THIN = "\u202f"  # between thousands: narrow, and no line breaks there
PLAIN = (-4, 6)  # powers of ten from and below which `short` writes no power
LONGEST = 1e12  # what is larger has no place for decimals
HALF = 1e-3  # so near to a half of the last place a number is rounded with care
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float | None, decimals: int) -> str:
    """Fixed decimals, halves away from zero, no minus zero: 0.054, −1.50. Unknown: –."""
    if value is None or not math.isfinite(value):
        return _endless(value)
    if abs(value) >= LONGEST:
        return short(value)
    scaled = abs(value) * 10**decimals
    if scaled < LONGEST and abs(scaled % 1 - 0.5) > HALF:  # no half is near: the plain way, ten times as fast
        plain = f"{value:.{decimals}f}"
        return _signed(plain if plain.strip("-0.") else plain.lstrip("-"))
    fixed = Decimal(float(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=60))
    return _signed(f"{abs(fixed) if fixed.is_zero() else fixed:f}")


def worth(span: float) -> int:
    """How many decimals numbers deserve that lie within such a span."""
    return min(max(3 - math.ceil(math.log10(span or 1)), 0), 6)


def short(value: float | None, digits: int = 3) -> str:
    """So many significant digits, however large or small: 0.054, −1200, 3.1 × 10⁻⁷. Whole numbers below a million stay whole."""
    if value is None or not math.isfinite(value):
        return _endless(value)
    if value == 0:
        return "0"
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(Decimal(float(value)))
    power = rounded.adjusted()
    if not PLAIN[0] <= power < PLAIN[1]:
        return times_ten(rounded.scaleb(-power), power)
    return number(value, 0) if power >= digits else _signed(_trimmed(rounded))


def times_ten(mantissa: Decimal | float, power: int, digits: int = 3) -> str:
    """mantissa × 10ᵖᵒʷᵉʳ: also for what no float can hold."""
    rounded = Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(mantissa) if isinstance(mantissa, float) else mantissa
    return f"{_signed(_trimmed(rounded))} × 10{str(power).translate(RAISED)}"


def count(value: float) -> str:
    """How many: thousands apart from five digits on, 1234 and 12 345."""
    digits = number(value, 0)
    return digits if len(digits.lstrip("−")) < 5 else f"{int(digits.replace('−', '-')):,}".replace("-", "−").replace(",", THIN)


def chance(value: float, decimals: int = 4) -> str:
    """A probability: so many decimals at most, and what is small by its digits: 0.25, 0.00054, 3.1 × 10⁻⁷."""
    return short(value, 2) if 0 < value < 0.001 else _trimmed(number(value, decimals))


def apart(before: float, after: float) -> tuple[str, str]:
    """Two numbers in as few significant digits as show that they differ, if they do."""
    pair = short(before, 2), short(after, 2)
    for digits in range(3, 8):
        if pair[0] != pair[1]:
            break
        pair = short(before, digits), short(after, digits)
    return pair


def _endless(value: float | None) -> str:
    return UNKNOWN if value is None or math.isnan(value) else "∞" if value > 0 else "−∞"


def _trimmed(value: Decimal | str) -> str:
    text = value if isinstance(value, str) else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _signed(text: str) -> str:
    return text.replace("-", "−")
