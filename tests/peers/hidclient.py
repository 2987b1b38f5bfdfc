"""The driver's side of a testbed of made-up devices, which only a process of its own can see.

Reads commands as JSON, one a line; each runs on a thread of its own and answers with a line, with
the command's number: {"number": 1, "result": ...} or {"number": 1, "error": [class, text]}.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import hookflash
from hookflash.discovery import Watcher, plugged_in, udev_source
from hookflash.errors import HookflashError
from hookflash.handset_events import HandsetEvent
from hookflash.hid.devices import list_devices, open_port, telephones
from hookflash.hid.port import HidPort
from hookflash.modem.devices import choose as choose_modem
from hookflash.modem.devices import list_modems

port: HidPort
reader = 0
handset: hookflash.Handset
watcher: Watcher
news: queue.SimpleQueue[bool] = queue.SimpleQueue()
events: queue.SimpleQueue[HandsetEvent] = queue.SimpleQueue()


def command(do: str, *arguments: Any) -> Any:
    """Do it; the result as JSON has it, bytes as hexadecimal digits."""
    global port, reader, handset, watcher
    match do, arguments:
        case "list", ():
            return [asdict(info) for info in list_devices()]
        case "telephones", ():
            return [info.path for info in telephones()]
        case "open", (str(url),):
            port = open_port(url)
            return [asdict(port.info), port.descriptor.hex()]
        case "read", ():
            reader = threading.get_native_id()
            return port.read().hex()
        case "write", (str(report),):
            return port.write(bytes.fromhex(report))
        case "get_feature", (int(report_id), int(size)):
            return port.get_feature(report_id, size).hex()
        case "get_input", (int(report_id), int(size)):
            return port.get_input(report_id, size).hex()
        case "close", ():
            return port.close()
        case "sleeps", ():
            return _sleeps()
        case "descriptors", ():
            return len(list(Path("/proc/self/fd").iterdir()))
        case "handset", (str(url),):
            handset = hookflash.open_handset(url)
            handset.subscribe(events.put)
            handset.open().wait(10)
            return sorted(handset.features)
        case "show", (dict(lamps),):
            return handset.show(hookflash.Lamps(**lamps))
        case "event", ():
            return type(events.get(timeout=10)).__name__
        case "close_handset", ():
            return handset.close()
        case "plugged_in", ():
            return [asdict(found) for found in plugged_in()]
        case "choose_modem", (str(url),):
            return choose_modem(url, list_modems()).path
        case "watch", ():
            udev_source.CONTROL = Path(__file__)  # umockdev sends events, but is no udevd
            watcher = Watcher(lambda: news.put(True))
            watcher.start()
            (reader,) = (
                one.native_id or 0 for one in threading.enumerate() if "watcher" in one.name
            )
            return str(watcher)
        case "news", (float(seconds),):
            with suppress(queue.Empty):
                return news.get(timeout=seconds)
            return False
        case "close_watch", ():
            return watcher.close()
        case _:
            raise ValueError(f"{do}{arguments}")


def _sleeps() -> int:
    """How often the thread that reads last has gone to sleep; -1 unless it sleeps now."""
    status = Path(f"/proc/self/task/{reader}/status").read_text()
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return int(told["voluntary_ctxt_switches"]) if told["State"].startswith("S") else -1


def main() -> None:
    lock = threading.Lock()

    def run(number: int, *words: Any) -> None:
        answer: dict[str, Any] = {"number": number}
        try:
            answer["result"] = command(*words)
        except HookflashError as error:
            answer["error"] = [type(error).__name__, str(error)]
        with lock:
            print(json.dumps(answer), flush=True)  # noqa: T201

    for line in sys.stdin:
        threading.Thread(target=run, args=json.loads(line)).start()


if __name__ == "__main__":
    main()
