"""Draws drivers/camera/pictures/specimen_page.jpg: the data page of Utopia's specimen passport.

usage: python tests/browser/make_specimen.py     (needs Chromium and Debian's fonts-ocr-b)
"""

import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

from drivers.document_reader.specimens import PASSPORT

PICTURES = Path(__file__).parents[2] / "drivers/camera/pictures"
FONT = Path("/usr/share/fonts/opentype/ocr-b/OCRB.otf")
FIELDS = (
    ("Type / Type", "P"),
    ("Code of issuing State / Code de l'État émetteur", "UTO"),
    ("Passport No. / Passeport N°", PASSPORT[1][:9]),
    ("Surname / Nom", "ERIKSSON"),
    ("Given names / Prénoms", "ANNA MARIA"),
    ("Nationality / Nationalité", "UTOPIAN"),
    ("Date of birth / Date de naissance", "12 AUG/AOUT 74"),
    ("Sex / Sexe", "F"),
    ("Place of birth / Lieu de naissance", "ZENITH"),
    ("Date of issue / Date de délivrance", "16 APR/AVR 21"),
    ("Date of expiry / Date d'expiration", "15 APR/AVR 31"),
    ("Authority / Autorité", "PASSPORT OFFICE"),
)


def waves() -> str:
    """Fine lines as security printing has them, of our own drawing."""
    lines = []
    for number in range(60):
        top = number * 12
        hue = "b8d8cf" if number % 2 else "d5cfe8"
        lines.append(
            f'<path d="M0 {top} Q125 {top + 18} 250 {top} T500 {top} T750 {top} T1000 {top}" '
            f'fill="none" stroke="#{hue}" stroke-width="1.6"/>'
        )
    rings = "".join(
        f'<circle cx="690" cy="300" r="{radius}" fill="none" stroke="#e6d2b4"/>'
        for radius in range(20, 220, 6)
    )
    return f'<svg width="1000" height="704">{"".join(lines)}{rings}</svg>'


def page() -> str:
    """The page as HTML, 1000 x 704: 8 pixels a millimetre of the 125 x 88 mm of Doc 9303-4."""
    portrait = base64.b64encode((PICTURES / "head.jpg").read_bytes()).decode()
    fields = "".join(f"<p><small>{label}</small><b>{value}</b></p>" for label, value in FIELDS)
    mrz = "<br>".join(line.replace("<", "&lt;") for line in PASSPORT)
    return f"""<!doctype html><meta charset="utf-8"><style>
      body {{ margin: 0; width: 1000px; height: 704px; background: #f2f4ec; position: relative;
              font-family: "Noto Sans", sans-serif; overflow: hidden }}
      svg {{ position: absolute; inset: 0 }}
      h1 {{ position: absolute; left: 40px; top: 14px; margin: 0; font-size: 27px; color: #24414a;
            letter-spacing: 6px }}
      .face {{ position: absolute; left: 40px; top: 86px; width: 280px; height: 370px;
               background: url(data:image/jpeg;base64,{portrait}) 55% 20% / 560px auto }}
      .fields {{ position: absolute; left: 350px; top: 78px; width: 630px; columns: 2;
                 column-gap: 24px }}
      p {{ margin: 0 0 13px; break-inside: avoid }}
      small {{ display: block; font-size: 12px; color: #4b5a66 }}
      b {{ font-size: 22px; color: #14191f; font-weight: 600 }}
      .mark {{ position: absolute; left: 330px; top: 370px; font-size: 92px; color: #c0392b55;
               transform: rotate(-9deg); letter-spacing: 12px; font-weight: 700 }}
      .mrz {{ position: absolute; left: 0; bottom: 0; width: 1000px; height: 186px;
              background: #f7f8f3 }}
      .mrz div {{ position: absolute; left: 38px; top: 44px; font: 29px/46px "OCRB"; color: #111;
                  white-space: pre }}
      @font-face {{ font-family: OCRB; src: url(data:font/otf;base64,{_font()}) }}
    </style>{waves()}<h1>UTOPIA · PASSPORT · PASSEPORT</h1><div class="face"></div>
    <div class="fields">{fields}</div><div class="mark">SPECIMEN</div>
    <div class="mrz"><div>{mrz}</div></div>"""


def _font() -> str:
    return base64.b64encode(FONT.read_bytes()).decode()


def main() -> None:
    """Draw the page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        view = browser.new_page(viewport={"width": 1000, "height": 704})
        view.set_content(page())
        view.wait_for_timeout(300)
        target = PICTURES / "specimen_page.jpg"
        view.screenshot(path=str(target), type="jpeg", quality=82)
        browser.close()


if __name__ == "__main__":
    main()
