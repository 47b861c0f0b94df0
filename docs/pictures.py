"""The pictures of the report in README and the tutorial, from the demo, light and dark: `python docs/pictures.py`.

Needs `pip install -e ".[browser]"` and chromium.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

import zebra_core as zebra

ASSETS = Path(__file__).parent / "assets"
SIZE = {"width": 1180, "height": 1060}


def main() -> None:
    """Build the demo, open its report, and write a picture of the top of the page for each colour scheme."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        dataset = zebra.build(zebra.Recipe(), Path(folder) / "zebra-dataset")
        page = dataset.report().save(Path(folder) / "report.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            tab = browser.new_page(viewport=SIZE, color_scheme=scheme)
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-ready]")
            tab.screenshot(path=ASSETS / f"report-{scheme}.png")
        browser.close()


if __name__ == "__main__":
    main()
