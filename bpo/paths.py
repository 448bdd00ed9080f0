"""Where the files that come with the program lie, in a checkout and in an installed package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _beside_or_inside(name: str) -> Path:
    """Folders that a wheel carries inside the package lie beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES = _beside_or_inside("templates")
MIGRATIONS = _beside_or_inside("migrations")
TRANSLATIONS = PACKAGE / "translations"
STATIC = PACKAGE / "web" / "static"
