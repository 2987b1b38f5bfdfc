"""A page written for the original plug-in, in a real browser with real jQuery, drives a modem.

The page's calls are the document's own. The modem is on a tty; what counts is what arrives there
and what the exchange hears.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from hookflash.simulated import Exchange
from hookflash.simulated.pty import PtyModem
from support.agent import FAST_LINE, AgentProcess
from support.chromium import console_log
from support.pages import PHONE_NUMBER, JQueryPage, PageServer, jquery_file

SUCCESS = {"result": "success", "msg": "操作成功"}


@pytest.fixture
def agent(modem: PtyModem, tmp_path: Path) -> Iterator[AgentProcess]:
    config = f'[[desks]]\n[desks.line]\nurl = "{modem.tty}"\n{FAST_LINE}'
    with AgentProcess(tmp_path, config) as agent:
        agent.wait_state("idle")
        yield agent


def test_all_six_commands(
    jquery_page: JQueryPage, agent: AgentProcess, exchange: Exchange, modem: PtyModem
) -> None:
    """Each of the document's sample calls does to the line what it says."""

    def run(command: str) -> dict[str, str]:
        return jquery_page.run(command, agent.port)

    assert run("dial_out") == SUCCESS
    exchange.wait_for("dialled", PHONE_NUMBER)
    assert f"ATDT{PHONE_NUMBER}\r".encode() in modem.received
    exchange.wait_for("far_answered")

    assert run("send_dtmf") == SUCCESS
    exchange.wait_for("dtmf", "1")
    assert b"AT+VTS=1\r" in modem.received

    assert run("transfer_to") == SUCCESS
    exchange.wait_for("flash", "500")
    exchange.wait_for("dialled", PHONE_NUMBER)
    exchange.wait_for("transferred", f"{PHONE_NUMBER} to {PHONE_NUMBER}")
    assert b"AT+VTS={!,50}\r" in modem.received
    agent.wait_state("idle")

    assert run("onekey_dial_out") == SUCCESS
    exchange.wait_for("dialled", PHONE_NUMBER)
    assert run("huang_up") == SUCCESS
    exchange.wait_for("on_hook")
    assert modem.received.rstrip().endswith(b"AT+FCLASS=0")
    assert b"ATH\r" in modem.received

    exchange.call("1001", "5551234567", "ANN")
    agent.wait_state("ringing_in")
    assert run("answer") == SUCCESS
    exchange.wait_for("answered", "5551234567")
    assert b"AT+VLS=1\r" in modem.received
    assert run("huang_up") == SUCCESS
    exchange.wait_for("on_hook")


TWO_DESKS = "[[desks]]\n[[desks]]\nextension = '1002'"
"""Of several desks none uses what happens to be plugged in."""

PAGE_CONTROL_OFF = "[[desks]]\npage_control = false\n[desks.line]\nurl = 'sim:'"


def test_no_line(jquery_page: JQueryPage, tmp_path: Path) -> None:
    """Without a telephone every command says that the extension is offline."""
    with AgentProcess(tmp_path, TWO_DESKS) as agent:
        for command in ("dial_out", "onekey_dial_out", "huang_up", "answer", "send_dtmf"):
            answer = jquery_page.run(command, agent.port)
            assert answer["result"] == "ext_offline"
            assert answer["msg"] == "分机未登录"
            assert answer["detail"] == "no_line_configured"


def test_page_control_off(jquery_page: JQueryPage, tmp_path: Path) -> None:
    """A desk that pages may not drive says so in the document's words."""
    with AgentProcess(tmp_path, PAGE_CONTROL_OFF) as agent:
        answer = jquery_page.run("dial_out", agent.port)
        assert answer["result"] == "client_type_error"
        assert answer["msg"] == "客户端类型错误(不是使用的web插件)"


@pytest.mark.parametrize("listed", [True, False])
def test_origin_list(
    browser: webdriver.Chrome, tmp_path: Path, modem: PtyModem, exchange: Exchange, listed: bool
) -> None:
    """Under a list, a listed site's page dials and another site's does not."""
    with PageServer(jquery_file("jquery3"), host="crm.localhost") as server:
        origin = server.origin if listed else "https://crm.example"
        config = f'access = ["{origin}"]\n[[desks]]\n[desks.line]\nurl = "{modem.tty}"\n{FAST_LINE}'
        with AgentProcess(tmp_path, config) as agent:
            agent.wait_state("idle")
            answer = JQueryPage(browser, server).run("dial_out", agent.port)
            if listed:
                assert answer == SUCCESS
                exchange.wait_for("dialled", PHONE_NUMBER)
            else:
                assert (answer["result"], answer["detail"]) == ("failed", "origin_not_allowed")
                assert b"ATDT" not in modem.received
        browser.get("about:blank")


def test_drive_by(
    browser: webdriver.Chrome, agent: AgentProcess, modem: PtyModem, exchange: Exchange
) -> None:
    """What needs no script of the page's must not dial: navigation, image, frame, style, ping."""
    target = f"http://127.0.0.1:{agent.port}/?cmd=dial_out&dial_number=900"
    with PageServer(jquery_file("jquery3"), host="evil.localhost") as server:
        browser.get(server.url)
        browser.execute_async_script(
            """
            var url = arguments[0], done = arguments[arguments.length - 1], left = 5;
            function ended() { if (--left === 0) done(); }
            [['img', 'src'], ['iframe', 'src'], ['link', 'href'], ['audio', 'src']].forEach(
              function (kind) {
                var element = document.createElement(kind[0]);
                if (kind[0] === 'link') element.rel = 'stylesheet';
                element.onload = element.onerror = ended;
                element[kind[1]] = url + '&by=' + kind[0];
                document.body.appendChild(element);
              });
            fetch(url + '&by=fetch', {mode: 'no-cors'}).then(ended, ended);
            """,
            target,
        )
        browser.get(f"{target}&by=navigation")
        assert "not_a_command_request" in browser.page_source
        browser.get("about:blank")
        console_log(browser)  # the refusals are expected
    assert b"ATDT" not in modem.received
    assert agent.ask("status")["state"] == "idle"
