"""The rules of the style sheets and templates: contrast, palette, icons, size, nothing inline."""

import re
from pathlib import Path

import pytest

from bpo import paths
from bpo.web import navigation, statuses

CSS = paths.STATIC / "css"
Colours = dict[str, str]
# Mails and reports are read without style sheets; their styles stand in the text.
WEB_TEMPLATES = [
    path
    for path in sorted(paths.TEMPLATES.rglob("*.html"))
    if path.relative_to(paths.TEMPLATES).parts[0] not in {"messages", "reports", "outbox"}
]


def tokens(selector: str) -> Colours:
    sheet = (CSS / "tokens.css").read_text()
    block = sheet.split(f"{selector} {{", 1)[1].split("}", 1)[0]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(":root")
DARK = LIGHT | tokens(':root[data-theme="dark"]')
THEMES = {"light": LIGHT, "dark": DARK}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *(
        (ink, ground)
        for ink in ("--ink", "--ink-2", "--ink-3", "--accent-ink", "--bad-ink")
        for ground in ("--bg", "--surface", "--sunken", "--hover", "--raised")
    ),
    *(
        (f"--{tone}-ink", f"--{tone}-soft")
        for tone in ("good", "warning", "bad", "info", "neutral")
    ),
    *(("--ink", f"--{tone}-soft") for tone in ("good", "warning", "bad", "info")),
    ("--accent-ink", "--accent-soft"),
    ("--on-accent", "--accent"),
    ("--on-accent", "--accent-hover"),
    ("--on-accent", "--bad"),
    ("--on-accent", "--bad-hover"),
    ("--ink", "--selected"),
    ("--ink-2", "--selected"),
]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "mark", ["--control-line", "--focus", "--accent", "--chart-1", "--chart-2"]
)
def test_controls_and_lines_can_be_seen(theme: str, mark: str) -> None:
    colours = THEMES[theme]
    assert contrast(colours[mark], colours["--surface"]) >= 3


def test_the_dark_theme_is_the_same_by_choice_and_by_device() -> None:
    assert tokens('  :root:not([data-theme="light"])') == tokens(':root[data-theme="dark"]')
    by_device, by_choice = (
        palette('  :root:not([data-theme="light"]) '),
        palette(':root[data-theme="dark"] '),
    )
    assert by_device == by_choice


def palette(prefix: str) -> dict[str, tuple[str, str, str]]:
    sheet = (CSS / "palette.css").read_text()
    line = re.compile(
        rf'^{re.escape(prefix)}\[data-colour="(\w+)"\] '
        r"\{ --ws: (#\w+); --ws-soft: (#\w+); --ws-ink: (#\w+); \}$",
        re.MULTILINE,
    )
    return {name: (solid, soft, ink) for name, solid, soft, ink in line.findall(sheet)}


@pytest.mark.parametrize(
    ("prefix", "on"), [("", "#ffffff"), (':root[data-theme="dark"] ', "#0d1117")]
)
def test_every_colour_of_a_workspace_can_carry_text(prefix: str, on: str) -> None:
    colours = palette(prefix)
    assert tuple(colours) == navigation.COLOURS
    for name, (solid, soft, ink) in colours.items():
        assert contrast(on, solid) >= 4.5, name
        assert contrast(ink, soft) >= 4.5, name


@pytest.mark.parametrize("sheet", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_is_short_and_uses_known_tokens(sheet: Path) -> None:
    text = sheet.read_text()
    assert len(text.splitlines()) < 400
    everything = "".join(path.read_text() for path in CSS.glob("*.css"))
    defined = set(re.findall(r"(--[\w-]+):", everything))
    assert set(re.findall(r"var\((--[\w-]+)", text)) - defined == set()


@pytest.mark.parametrize(
    "template", WEB_TEMPLATES, ids=lambda path: str(path.relative_to(paths.TEMPLATES))
)
def test_a_template_has_nothing_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"\sstyle\s*=", text)
    assert not re.search(r"<style", text)
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert len(text.splitlines()) <= 400


def icons() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (paths.STATIC / "icons.svg").read_text()))


def test_every_icon_that_is_shown_exists() -> None:
    used = {
        (name, template.name)
        for template in WEB_TEMPLATES
        for name in re.findall(r'icon(?:_name)?(?:\(|=)"([\w-]+)"', template.read_text())
    }
    menu = {
        (entry[2], "navigation")
        for entries in (
            navigation._WORK,
            navigation._WORKSPACE,
            navigation._STAFF,
            navigation._PORTAL,
        )
        for entry in entries
    }
    assert {(name, place) for name, place in used | menu if name not in icons()} == set()


def test_a_state_without_a_name_is_still_readable() -> None:
    assert str(statuses.label("half_way_there")) == "Half way there"
    assert statuses.tone("half_way_there") is statuses.Tone.NEUTRAL
    assert statuses.tone("overdue") is statuses.Tone.BAD


def test_scripts_build_nothing_from_text() -> None:
    for script in (paths.STATIC / "js").glob("*.js"):
        text = script.read_text()
        assert len(text.splitlines()) < 400
        for word in ("eval(", "innerHTML", "document.write", "new Function", ".style."):
            assert word not in text, f"{script.name}: {word}"
