"""A headless Chromium that opens pages, and what it has to say of each."""

import shutil
from dataclasses import dataclass, field

import pytest

SCHEMES = ("light", "dark")


@pytest.fixture(scope="session")
def chromium():
    """The system's Chromium, driven by Playwright; without one the tests that need it are skipped."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("there is no Chromium on this machine; `apt-get install chromium` brings one")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Opened:
    """A page in the browser with everything that it asked for and complained about."""

    page: object
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __getattr__(self, name):
        return getattr(self.page, name)


@pytest.fixture
def open_page(chromium, patience):
    """path → `Opened`; ``width`` in pixels and the colour ``scheme`` that the reader prefers."""
    contexts = []

    def opened(path, width=1440, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        context.set_default_timeout(1000 * patience)
        seen = Opened(context.new_page())
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.on("console", lambda message: seen.complaints.append(message.text))
        seen.page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        seen.page.on("dialog", lambda dialog: (seen.complaints.append(dialog.message), dialog.dismiss()))
        seen.page.goto(path.as_uri())
        return seen

    yield opened
    for context in contexts:
        context.close()


def contrast(page, selector):
    """The least WCAG contrast of texts of ``selector`` with what is behind them."""
    return page.evaluate(
        """(selector) => {
          const linear = (v) => (v /= 255, v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
          const numbers = (text) => text.match(/[\\d.]+/g).map(Number);
          const behind = (node) => {
            for (let place = node; place; place = place.parentElement) {
              const c = numbers(getComputedStyle(place).backgroundColor);
              if (c.length < 4 || c[3] > 0) return c;
            }
            return [255, 255, 255];
          };
          const ratios = [...document.querySelectorAll(selector)].filter((n) => n.textContent.trim()).map((node) => {
            const style = getComputedStyle(node);
            const ink = numbers(node.closest("svg") ? style.fill : style.color);
            const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05);
          });
          return Math.min(...ratios);
        }""",
        selector,
    )
