"""Fixtures of the browser tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from selenium import webdriver

from support.chromium import console_log, start_chromium
from support.pages import JQUERY_NAMES, JQueryPage, PageServer, jquery_file


@pytest.fixture(scope="session")
def browser() -> Iterator[webdriver.Chrome]:
    with start_chromium() as driver:
        yield driver


@pytest.fixture(params=JQUERY_NAMES)
def jquery_page(browser: webdriver.Chrome, request: pytest.FixtureRequest) -> Iterator[JQueryPage]:
    with PageServer(jquery_file(request.param)) as server:
        yield JQueryPage(browser, server)
        if console := console_log(browser):
            # Shown only when the test has failed.
            request.node.add_report_section("teardown", "browser console", console)
        browser.get("about:blank")
