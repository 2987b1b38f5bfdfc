"""A real headless Chromium, driven by selenium."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # /dev/shm is 64 MB in many containers: too little for a page's shared memory.
    "--disable-dev-shm-usage",
    "--no-proxy-server",
    "--window-size=1280,800",
)


def _program(name: str, package: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise FileNotFoundError(
            f"no {name} on PATH: install the Debian package {package} (`make test` does it)"
        )
    return path


@contextmanager
def start_chromium(*flags: str) -> Iterator[webdriver.Chrome]:
    """A Chromium with a profile of its own, both gone at the end."""
    # Both paths are given, or selenium would go and download a browser.
    options = Options()
    options.binary_location = _program("chromium", "chromium")
    driver_path = _program("chromedriver", "chromium-driver")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory(
        prefix="hookflash-chromium-", ignore_cleanup_errors=True
    ) as home:
        for flag in (*FLAGS, f"--user-data-dir={home}/profile", *flags):
            options.add_argument(flag)
        # Crash reports and caches ignore --user-data-dir.
        homes = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "TMPDIR"), home)
        service = Service(driver_path, env={**os.environ, **homes})
        driver = webdriver.Chrome(options=options, service=service)
        try:
            driver.set_page_load_timeout(20)
            driver.set_script_timeout(20)
            yield driver
        finally:
            driver.quit()


def console_log(browser: webdriver.Chrome) -> str:
    """What the pages wrote to the console since the last call, one entry per line."""
    entries = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return "\n".join(f"{entry['level']} {entry['message']}" for entry in entries)


def take_screenshot(browser: webdriver.Chrome, path: Path) -> Path:
    """Save the visible page as a PNG file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(browser.get_screenshot_as_png())
    return path
