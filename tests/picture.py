"""The picture of the README, printed from a run of the study: `make picture`.

It carries the answer of the run that it shows, so that a test can tell when the study's figures
have moved on without it. Needs LibreOffice and poppler.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "reference/ptsd_norway"

PICTURE = ROOT / "docs/summary.png"
ANSWER = "answer"
DOTS_PER_INCH = 110
MARGIN = 12


def answer(tables: Path) -> str:
    """The figures that a reader takes from it, from a run's tables."""
    (base,) = pd.read_csv(tables / "comparison.csv").to_dict("records")
    drawn = pd.read_csv(tables / "probabilistic_comparison.csv").set_index("figure")["mean"]
    figures = [base["cost_difference"], base["qaly_difference"], base["icer"], base["nmb"]]
    return "; ".join(f"{figure:.4g}" for figure in [*figures, drawn["cost"], drawn["qaly"]])


def first_page(pdf: Path) -> Image.Image:
    """The summary, without the foot of the page and its white margins."""
    drawn = pdf.with_suffix("")
    options = ["-r", str(DOTS_PER_INCH), "-png", "-singlefile", "-f", "1"]
    subprocess.run(["pdftoppm", *options, pdf, drawn], check=True)
    page = Image.open(drawn.with_suffix(".png")).convert("RGB")
    page = page.crop((0, 0, page.width, int(page.height * 0.94)))
    left, top, right, bottom = ImageChops.difference(
        page, Image.new("RGB", page.size, "white")
    ).getbbox() or (0, 0, *page.size)
    box = (left - MARGIN, top - MARGIN, right + MARGIN, bottom + MARGIN)
    return page.crop(box).quantize(64)


def main() -> None:
    """Run the study, print its workbook, and write its first page into `docs`."""
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        study, place = ROOT / "inputs/studies/ptsd", ROOT / "inputs/jurisdictions/norway"
        hecon = [Path(sys.executable).with_name("hecon"), "run", study, "-j", place]
        subprocess.run([*hecon, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        printing = ["--headless", "--convert-to", "pdf", "--outdir", folder]
        report = folder / "reports/ptsd_norway.xlsx"
        subprocess.run(["soffice", profile, *printing, report], check=True, timeout=300)
        shown = PngInfo()
        shown.add_text(ANSWER, answer(folder / "outputs/ptsd_norway"))
        first_page(folder / "ptsd_norway.pdf").save(PICTURE, pnginfo=shown, optimize=True)


if __name__ == "__main__":
    main()
