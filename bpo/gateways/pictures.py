"""Files from strangers made harmless: pictures are drawn anew, documents kept only for download."""

from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bpo.domain.intake import attachments
from bpo.kernel.errors import BadInput

LARGEST = 6 * 1024 * 1024
"""Bytes of a proof of payment: a photograph of a telephone, or a bank's PDF."""

MOST_PIXELS = 25_000_000
LONGEST_SIDE = 2000
_UNREADABLE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    OSError,
    ValueError,
    SyntaxError,
)
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG"}


@dataclass(frozen=True, slots=True)
class Inert:
    """A file to be kept: a name fit for any computer, its type, its bytes."""

    name: str
    media_type: str
    content: bytes


def inert(name: str, content: bytes) -> Inert:
    """A proof of payment by its content, never by its name. Raises BadInput.

    A picture becomes a new JPEG of its pixels alone: no place, no camera, nothing hidden behind
    them. A PDF is kept as it is; it is only ever handed out as a download.
    """
    if len(content) > LARGEST:
        raise BadInput(
            "This file is larger than {most} MB", field="file", most=LARGEST // 1024 // 1024
        )
    accepted = attachments.examine(name, content)
    if accepted.media_type == "application/pdf":
        return Inert(accepted.name, accepted.media_type, content)
    if accepted.media_type not in _FORMATS:
        raise BadInput("Send a PDF or a picture (PNG or JPEG), please", field="file")
    drawn = _drawn(content, _FORMATS[accepted.media_type])
    stem = accepted.name.rpartition(".")[0]
    return Inert(f"{stem}.jpg", "image/jpeg", drawn)


def _drawn(content: bytes, kind: str) -> bytes:
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            if picture.width * picture.height > MOST_PIXELS:
                raise BadInput("This picture is too large: take a smaller one", field="file")
            upright = ImageOps.exif_transpose(picture)
            plain = _on_white(upright)
    except _UNREADABLE as error:
        raise BadInput("This picture cannot be read: take another", field="file") from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = BytesIO()
    plain.save(written, "JPEG", quality=82)
    return written.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels without transparency, in a picture that knows nothing of where it came from."""
    rgba = picture.convert("RGBA")
    plain = Image.new("RGB", rgba.size, "white")
    plain.paste(rgba, mask=rgba.getchannel("A"))
    return plain
