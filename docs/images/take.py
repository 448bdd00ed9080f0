"""Takes the pictures of the README and the guides again, from a running demonstration portfolio.

make run                                            # in one terminal
python docs/images/take.py http://localhost:8000    # in another

It needs playwright, Pillow, Chromium and pdftoppm. `--mails` is the address of the mail catcher,
`--chromium` the browser, `--only` names of pictures.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

HERE = Path(__file__).parent
COMPANY, SLUG = "Trigo da Serra", "trigo-da-serra"
ANALYST, MANAGER, CLIENT = (
    "ana@aurora.example",
    "marta@aurora.example",
    "bruno@trigodaserra.example",
)
PASSWORD = "aurora-boreal-azul"
"""The password of the demonstration, printed by the program itself when it starts."""

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
LARGEST_BYTES = 250_000
SUBJECTS = ("Podemos ajudar", "Sobre a sua fatura", "Comunicado", "Um lembrete")
"""Reminders worth showing, the best first."""

HEADER = "Cliente;CNPJ;E-mail;Nota;Emissão;Vencimento;Valor;Data do pagamento;Valor pago"
ROWS = (
    "Padaria Estrela;11.222.333/0001-81;c@estrela.example;9001;03/11/2026;18/11/2026;1.234,56;;",
    "Cantina do Mar;22.333.444/0001-81;;9002;04/11/2026;19/11/2026;98,00;20/11/2026;98,00",
    "Mercado Nascente;33.444.555/0001-81;c@nascente.example;9003;05/11/2026;04/11/2026;410,90;;",
    "Hotel Vista Clara;44.555.666/0001-81;c@vista.example;9004;06/11/2026;21/11/2026;;;",
)
"""A file with rows that are turned down, so that the preview has something to say."""


@dataclass(frozen=True)
class Desk:
    """The running program and the browser that looks at it."""

    program: str
    mails: str
    browser: Browser
    folder: Path

    def context(self, device: dict[str, object]) -> BrowserContext:
        """A fresh visitor who reads Portuguese in São Paulo."""
        return self.browser.new_context(
            locale="pt-BR", timezone_id="America/Sao_Paulo", reduced_motion="reduce", **device
        )

    def signed_in(self, email: str, device: dict[str, object] = DESKTOP) -> Page:
        """A page of somebody who has signed in."""
        page = self.context(device).new_page()
        page.goto(f"{self.program}/login")
        page.fill("input[type=email]", email)
        page.fill("input[type=password]", PASSWORD)
        page.press("input[type=password]", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    def office(self, page: Page, place: str) -> None:
        """Open a screen of the company."""
        page.goto(f"{self.program}/w/{SLUG}/{place}".rstrip("/"))

    def keep(self, page: Page, name: str) -> None:
        """Keep what the window shows, once fonts and pictures are there."""
        page.wait_for_load_state("networkidle")
        page.evaluate("document.fonts.ready")
        page.screenshot(path=self.folder / f"{name}.png")
        optimise(self.folder / f"{name}.png")


def inbox(desk: Desk) -> None:
    """What waits for Ana."""
    desk.keep(desk.signed_in(ANALYST), "inbox")


def portfolio(desk: Desk) -> None:
    """Every client, as Marta sees them."""
    page = desk.signed_in(MANAGER)
    page.goto(f"{desk.program}/office/portfolio")
    desk.keep(page, "portfolio")


def workspace(desk: Desk) -> None:
    """One client's figures."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "")
    desk.keep(page, "workspace")


def debtor(desk: Desk) -> None:
    """The story of the debtor with most overdue and no promise running."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "debtors")
    row = page.locator("main tbody tr").filter(has_not_text="Prometido").first
    page.goto(desk.program + str(row.locator("a").first.get_attribute("href")))
    desk.keep(page, "debtor")


def offers(desk: Desk) -> None:
    """Offers to the debtor with most overdue."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "debtors")
    first = page.locator("main tbody tr a").first.get_attribute("href")
    page.goto(f"{desk.program}{first}/negotiation")
    desk.keep(page, "offers")


def campaign(desk: Desk) -> None:
    """The ladder, and who was left in peace."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "campaigns")
    page.locator("main tbody a[href*='/campaigns/']").first.click()
    page.wait_for_url("**/campaigns/*")
    desk.keep(page, "campaign")
    page.goto(f"{page.url}/left-in-peace")
    desk.keep(page, "left-in-peace")


def replies(desk: Desk) -> None:
    """What debtors answered, with what was read in it and the act it suggests."""
    page = desk.signed_in(ANALYST)
    page.goto(f"{desk.program}/office/inbox?kind=reply")
    desk.keep(page, "replies")


def promised(desk: Desk) -> None:
    """A reply turned into a promise: the debtor whom it is from. The promise stays."""
    page = desk.signed_in(ANALYST)
    page.goto(f"{desk.program}/office/inbox?kind=reply")
    row = page.locator("li, article").filter(has_text=COMPANY).filter(has_text="Promessa para").last
    link = row.locator("a[href*='/debtors/']").first.get_attribute("href") or ""
    row.get_by_role("button", name="Promessa para").first.click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{desk.program}{link.partition('#')[0]}")
    desk.keep(page, "promised")


def regua(desk: Desk) -> None:
    """A draft of the ladder, and what it would change in 60 days; it is discarded again."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "campaigns")
    links = [a.get_attribute("href") or "" for a in page.locator("main a").all()]
    first = next(link for link in links if re.search(r"/campaigns/\d+$", link))
    place = f"{desk.program}{first}/edit"
    page.goto(place)
    for act in ("d%2B5/earlier", "d%2B20/earlier", "d%2B45/switch"):
        _post(page, f"{place}/{act}")
    page.goto(place)
    desk.keep(page, "regua")
    page.get_by_role("button", name="O que mudaria em 60 dias?").click()
    page.goto(page.url.partition("#")[0])
    page.wait_for_selector(".plain-table", timeout=60_000)
    page.evaluate("scrollTo(0, document.querySelector('main .alert').offsetTop - 72)")
    desk.keep(page, "regua-difference")
    page.goto(place)
    _post(page, f"{place}/discard")


def _post(page: Page, address: str) -> None:
    token = page.locator("input[name=csrf_token]").first.input_value()
    page.request.post(address, form={"csrf_token": token})


def import_preview(desk: Desk) -> None:
    """A file that was read and not yet imported; it is discarded again."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "imports")
    file = {
        "name": "titulos-novembro.csv",
        "mimeType": "text/csv",
        "buffer": "\n".join((HEADER, *ROWS)).encode("cp1252"),
    }
    page.set_input_files("input[type=file]", file)
    page.click("form.upload button[type=submit]")
    page.wait_for_url("**/imports/*")
    desk.keep(page, "import-preview")
    token = page.locator("input[name=csrf_token]").first.input_value()
    page.request.post(f"{page.url}/discard", form={"csrf_token": token})


def report(desk: Desk) -> None:
    """The first page of the latest weekly report."""
    page = desk.signed_in(ANALYST)
    desk.office(page, "reports")
    row = page.locator("main tbody tr").filter(has_text="Relatório semanal").first
    link = row.locator("a[href$='.pdf']").get_attribute("href")
    document = page.request.get(f"{desk.program}{link}").body()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        target = desk.folder / "report"
        command = ["pdftoppm", "-r", "110", "-f", "1", "-l", "1", "-png", "-singlefile"]
        subprocess.run([*command, file.name, str(target)], check=True)
    optimise(desk.folder / "report.png")


def debtor_phone(desk: Desk) -> None:
    """A reminder on a telephone, and the page behind its link, opened with the debtor's CNPJ."""
    page = desk.context(PHONE).new_page()
    name = _open_reminder(desk, page)
    link = page.locator("a[href*='/d/']").first.get_attribute("href")
    desk.keep(page, "mail-phone")
    digits = _document(desk, name)
    page.goto(str(link))
    desk.keep(page, "proof-phone")
    page.fill("main form input:not([type=hidden])", digits[:4] if len(digits) > 11 else digits[-4:])
    page.click("main form button[type=submit]")
    page.wait_for_load_state()
    desk.keep(page, "debtor-phone")


def portal_phone(desk: Desk) -> None:
    """Bruno's company on his telephone."""
    desk.keep(desk.signed_in(CLIENT, PHONE), "portal-phone")


def _open_reminder(desk: Desk, page: Page) -> str:
    """Open the letter of the best reminder in the catcher; the name of who got it."""
    for subject in SUBJECTS:
        page.goto(f"{desk.mails}/?q={subject.replace(' ', '+')}")
        for link in page.locator("a[href*='/messages/']").all():
            if link.inner_text().strip().endswith(COMPANY):
                url = f"{desk.mails}{link.get_attribute('href')}"
                page.goto(url)
                to = page.locator("main").inner_text().split("Para", 1)[1]
                page.goto(f"{url}/html")
                return to.split("<")[0].strip()
    sys.exit("The mail catcher holds no reminder of this company")


def _document(desk: Desk, name: str) -> str:
    """The digits and letters of a debtor's CPF or CNPJ, from the list of debtors."""
    page = desk.signed_in(ANALYST)
    desk.office(page, f"debtors?q={name.replace(' ', '+')}")
    row = page.locator("main tbody tr").first.inner_text()
    found = re.search(r"[0-9A-Z.]{10}/[0-9A-Z]{4}-\d\d|\d{3}\.\d{3}\.\d{3}-\d\d", row)
    return re.sub(r"\W", "", found.group()) if found else ""


def optimise(path: Path) -> None:
    """At most 256 colours, which the eye does not tell apart; says so when it is still large."""
    with Image.open(path) as picture:
        flat = picture.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE, dither=0)
    flat.save(path, optimize=True)
    size = path.stat().st_size
    large = " (large)" if size > LARGEST_BYTES else ""
    sys.stdout.write(f"{path.name:22} {size // 1000:4} kB{large}\n")


PICTURES: dict[str, Callable[[Desk], None]] = {
    "inbox": inbox,
    "portfolio": portfolio,
    "workspace": workspace,
    "debtor": debtor,
    "campaign": campaign,
    "regua": regua,
    "replies": replies,
    "offers": offers,
    "report": report,
    "debtor-phone": debtor_phone,
    "portal-phone": portal_phone,
    "import-preview": import_preview,
    "promised": promised,
}


def main() -> None:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("program", help="where the program runs, for example http://localhost:8000")
    parser.add_argument("--mails", default="http://localhost:8025")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--folder", type=Path, default=HERE)
    parser.add_argument("--only", nargs="*", choices=PICTURES, default=list(PICTURES))
    asked = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=asked.chromium,
            args=["--no-sandbox", "--lang=pt-BR", "--hide-scrollbars"],
            env={"LANGUAGE": "pt_BR", "LANG": "pt_BR.UTF-8"},
        )
        desk = Desk(asked.program.rstrip("/"), asked.mails.rstrip("/"), browser, asked.folder)
        for name in asked.only:
            PICTURES[name](desk)
        browser.close()


if __name__ == "__main__":
    main()
