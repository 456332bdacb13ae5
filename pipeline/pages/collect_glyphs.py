"""Makes `glyphs.npz` anew: outlines of handwriting, school and print fonts, from npm's packages.

    uv run --group glyphs python -m pipeline.pages.collect_glyphs

Needs npm. `glyph_families.txt` beside this file names the families, `GLYPHS-LICENSE.md` gets their notices.
Overlapping contours are united, curves become polygons: filled by either rule they look the same.
"""

import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.pages.glyphs import DIGIT_HEIGHT, GLYPHS_FILE, Kind

if TYPE_CHECKING:  # of the group `glyphs`, which not everyone has who loads this module
    from fontTools.ttLib import TTFont

DIGITS = "0123456789"
CHARACTERS = DIGITS + ".,-/:+*=()\u00d7%$€#&?!;'" + "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
HELD_OUT_OF = 6
"""One group of families in so many is held out."""

_FAMILIES = Path(__file__).with_name("glyph_families.txt")
_LICENSE = Path(__file__).with_name("GLYPHS-LICENSE.md")
_SALT = "held out 35 "
"""Chosen so that about one in six of each kind is held out."""
_TOLERANCE = 0.004  # of an em: how far a polygon may stray from its outline
_STEPS = 10  # chords a curve, before those that the tolerance allows to go are dropped
_AT_ONCE = 20  # packages a call of npm
_LICENSES = {"OFL-1.1": "SIL Open Font License 1.1", "Apache-2.0": "Apache License 2.0"}

Point = tuple[float, float]
Contours = list[NDArray[np.floating]]


@dataclass(frozen=True)
class Family:
    """A line of `glyph_families.txt`.

    Attributes:
        name: of the family and of its npm package.
        kind: what the family is here for.
        group: name that decides whether it is held out; families of one hand share it.
        without: characters to leave out.
    """

    name: str
    kind: Kind
    group: str
    without: str

    @property
    def held_out(self) -> bool:
        """Whether it is kept from training, by a hash of the group."""
        return int(hashlib.sha256((_SALT + self.group).encode()).hexdigest(), 16) % HELD_OUT_OF == 0


@dataclass(frozen=True)
class Source:
    """What a package holds.

    Attributes:
        family: which one.
        font: the regular weight, Latin letters.
        license: identifier of the license.
        license_text: the package's license file.
        notice: the copyright line.
    """

    family: Family
    font: "TTFont"
    license: str
    license_text: str
    notice: str


def read_families() -> list[Family]:
    """The families of `glyph_families.txt`, ordered by kind and name."""
    families = []
    for line in _FAMILIES.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, name, *more = line.split()
            without = "".join(word[1:] for word in more if word.startswith("-"))
            group = next((word for word in more if not word.startswith("-")), name)
            families.append(Family(name, Kind[kind.upper()], group, without))
    return sorted(families, key=lambda family: (family.kind, family.name))


def download(families: Sequence[Family], folder: Path) -> Iterator[Source]:
    """Fetches the families' packages into `folder` with npm and opens them."""
    for start in range(0, len(families), _AT_ONCE):
        some = families[start : start + _AT_ONCE]
        packages = [f"@fontsource/{family.name}" for family in some]
        listing = subprocess.run(
            ["npm", "pack", "--json", *packages], cwd=folder, check=True, capture_output=True, text=True
        )
        files = {entry["name"]: folder / entry["filename"] for entry in json.loads(listing.stdout)}
        for family, package in zip(some, packages, strict=True):
            yield open_package(family, files[package])


def open_package(family: Family, tarball: Path) -> Source:
    """Opens the regular weight of a package, or the weight nearest to it.

    Raises:
        ValueError: under a license that is not known to allow this.
    """
    from fontTools.ttLib import TTFont

    with tarfile.open(tarball) as package:
        metadata = json.loads(_member(package, "metadata.json"))
        weight = min(metadata["weights"], key=lambda one: abs(one - 400))
        data = _member(package, f"files/{family.name}-latin-{weight}-normal.woff")
        license_text = _member(package, "LICENSE").decode()
    license_name = metadata["license"]["type"]
    if license_name not in _LICENSES:
        raise ValueError(f"{family.name}: {license_name}")
    font = TTFont(io.BytesIO(data))
    notice = metadata["license"]["attribution"]
    if "opyright" not in notice or ".ttf:" in notice:  # missing, or once for each file
        notice = font["name"].getDebugName(0) or notice
    return Source(family, font, license_name, license_text, " ".join(notice.split()))


def _member(package: tarfile.TarFile, name: str) -> bytes:
    file = package.extractfile(f"package/{name}")
    if file is None:
        raise FileNotFoundError(name)
    return file.read()


def glyphs_of(font: "TTFont", without: str = "") -> dict[str, tuple[Contours, float]]:
    """The outlines and advances of the characters that a font draws, in units of `DIGIT_HEIGHT`, y down.

    Raises:
        ValueError: where a digit is missing.
    """
    glyph_set, cmap, em = font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
    glyphs = {}
    for character in sorted(set(CHARACTERS) - set(without), key=CHARACTERS.index):
        if (name := cmap.get(ord(character))) and (contours := _polygons(glyph_set, name, em)):
            glyphs[character] = contours, glyph_set[name].width
    if missing := set(DIGITS) - glyphs.keys():
        raise ValueError(f"no {' '.join(sorted(missing))}")
    heights = [np.ptp(np.concatenate(glyphs[digit][0])[:, 1]) for digit in DIGITS]
    scale = DIGIT_HEIGHT / float(np.median(heights))
    return {
        character: ([contour * (scale, -scale) for contour in contours], advance * scale)
        for character, (contours, advance) in glyphs.items()
    }


def _polygons(glyph_set: Any, name: str, em: int) -> Contours:
    import pathops

    path = pathops.Path()
    glyph_set[name].draw(path.getPen(glyphSet=glyph_set))
    path.simplify(fix_winding=True)
    polygons: Contours = []
    for contour in path.contours:
        polygon = np.array(_flatten(contour), np.float32)[:, None]
        polygon = cv2.approxPolyDP(polygon, _TOLERANCE * em, closed=True)[:, 0].astype(np.float64)
        if len(polygon) > 2:
            polygons.append(polygon)
    return polygons


def _flatten(contour: Any) -> list[Point]:
    points: list[Point] = []
    for _, given in contour:  # one point for a move or a line, more for a curve, none at the end
        points.extend(given if len(given) < 2 else _curve([points[-1], *given]))
    return points


def _curve(control: Sequence[Point]) -> Iterator[Point]:
    """Points of a Bézier curve after its first, by De Casteljau's construction."""
    for step in range(1, _STEPS + 1):
        share, points = step / _STEPS, control
        while len(points) > 1:
            points = [
                (x0 + share * (x1 - x0), y0 + share * (y1 - y0)) for (x0, y0), (x1, y1) in pairwise(points)
            ]
        yield points[0]


def pack(glyphs: Sequence[tuple[Family, dict[str, tuple[Contours, float]]]]) -> dict[str, NDArray[Any]]:
    """The arrays of `glyphs.npz`; `pipeline.pages.glyphs` reads them."""
    flat = [
        (number, ord(character), advance, contours)
        for number, (_, one) in enumerate(glyphs)
        for character, (contours, advance) in one.items()
    ]
    polygons = [contour for *_, contours in flat for contour in contours]
    points = np.rint(np.concatenate(polygons))
    advances = np.rint([advance for _, _, advance, _ in flat])
    limit = np.iinfo(np.int16).max
    if max(np.abs(points).max(), advances.max()) > limit:
        raise ValueError("a glyph is too large for 16 bits")
    return {
        "font_names": np.array([family.name for family, _ in glyphs]),
        "font_kinds": np.array([family.kind for family, _ in glyphs], np.uint8),
        "held_out": np.array([family.held_out for family, _ in glyphs]),
        "glyph_font": np.array([font for font, *_ in flat], np.uint16),
        "glyph_character": np.array([code for _, code, _, _ in flat], np.uint32),
        "glyph_advance": advances.astype(np.int16),
        "glyph_contour_start": _starts([len(contours) for *_, contours in flat]),
        "contour_point_start": _starts([len(polygon) for polygon in polygons]),
        "points": np.asfortranarray(points.astype(np.int16)),  # packs a tenth smaller
    }


def _starts(lengths: list[int]) -> NDArray[np.uint32]:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.uint32)


def notices(sources: Sequence[Source]) -> str:
    """The text of `GLYPHS-LICENSE.md`."""
    parts = [
        "# Outlines of letters\n",
        "`glyphs.npz` holds outlines of digits, letters and signs taken from the fonts below: the regular weight, "
        "curves\nturned into polygons, overlaps united, scaled to one height of digits. It is no font and is not "
        "offered as one. The\nnames in it say where an outline comes from, as the tables here do; some are Reserved "
        "Font Names, which a font made\nfrom these outlines may not bear. Digit Lab's own code is under the MIT "
        "license; these outlines stay under the\nlicense of their font, and must not be sold by themselves.\n",
        "The packages are npm's `@fontsource/NAME`. `python -m pipeline.pages.collect_glyphs` writes both files.\n",
    ]
    for license_name, title in _LICENSES.items():
        of_it = [source for source in sources if source.license == license_name]
        if not of_it:
            continue
        parts.append(f"## Under the {title}\n")
        parts.append("| family | notice |\n|---|---|")
        parts.extend(f"| {one.family.name} | {one.notice.replace('|', '/')} |" for one in of_it)
        text = of_it[0].license_text
        if license_name == "OFL-1.1":
            text = text[text.index("SIL OPEN FONT LICENSE Version") :].replace("\r", "")
        parts.append(f"\n```\n{text.strip(chr(10))}\n```\n")
    return "\n".join(parts)


def main() -> None:
    """Downloads the fonts and writes `glyphs.npz` and `GLYPHS-LICENSE.md`."""
    with tempfile.TemporaryDirectory() as folder:
        sources = list(download(read_families(), Path(folder)))
        arrays = pack([(source.family, glyphs_of(source.font, source.family.without)) for source in sources])
    np.savez_compressed(GLYPHS_FILE, allow_pickle=False, **arrays)
    _LICENSE.write_text(notices(sources), encoding="utf-8")


if __name__ == "__main__":
    main()
