"""Numbers as people read them: Mbit, thousands, ms."""
import math

_SCALES = {
    "bit": [(1e12, "Tbit"), (1e9, "Gbit"), (1e6, "Mbit"), (1e3, "kbit"), (1.0, "bit")],
    "count": [(1e6, "millions"), (1e4, "thousands"), (1.0, "")],  # 1e4: below that a count is written out
    "error": [(1.0, "")],
    "s": [(3600.0 * 3, "h"), (1.0, "s"), (1e-3, "ms"), (1e-6, "us")],
}
_DIVISORS = {"thousands": 1e3, "h": 3600.0}


def unit_of(kind, largest):
    """(divisor, name) of the unit in which the largest value is readable."""
    for scale, name in _SCALES[kind]:
        if largest >= scale:
            return _DIVISORS.get(name, scale), name
    return _DIVISORS.get(name, scale), name


def bits_text(bits):
    """"1.23 Mbit"; "-" if infinite. Three significant digits."""
    if not math.isfinite(bits):
        return "-"
    divisor, name = unit_of("bit", bits)
    return f"{three_digits(bits / divisor)} {name}"


def count_text(count):
    """A whole number in full, else one digit after the point; "-" if infinite."""
    if not math.isfinite(count):
        return "-"
    return f"{count:.0f}" if count == round(count) or count >= 1000 else f"{count:.1f}"


def seconds_text(seconds):
    """"1.23 s", "12.3 ms"; "-" if infinite. Three significant digits."""
    if not math.isfinite(seconds):
        return "-"
    divisor, name = unit_of("s", seconds)
    return f"{three_digits(seconds / divisor)} {name}"


def three_digits(number):
    """1.23, 12.3, 123, 1234: never an exponent, unless the number is smaller than 0.001."""
    if number == 0:
        return "0"
    if abs(number) < 1e-3:
        return f"{number:.2e}"
    decimals = max(0, 2 - math.floor(math.log10(abs(number))))
    return f"{number:.{decimals}f}"


def error_text(error):
    """Three significant digits; "-" if infinite."""
    return f"{error:.3g}" if math.isfinite(error) else "-"


TEXT = {"bit": bits_text, "count": count_text, "error": error_text, "s": seconds_text}  # by the kind of an axis
