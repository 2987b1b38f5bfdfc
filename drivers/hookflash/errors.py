"""What can go wrong with a device: one root, few children.

Each child also inherits the built-in exception that a caller would expect. `code` is a stable
English word for programs; the message begins with the operation and names the device.
"""


class HookflashError(Exception):
    """Root of everything that hookflash raises on purpose."""

    code: str = "device_error"


class PortError(HookflashError, OSError):
    """A port cannot be opened: no such device, no permission, a bad URL."""

    code = "port_error"


class PortBusy(PortError):
    """Another program holds the port."""

    code = "port_busy"


class NothingPluggedIn(PortError):
    """What was asked for is not plugged in; nothing is wrong but that."""

    code = "nothing_plugged_in"


class SeveralPluggedIn(PortError):
    """More than one device fits; the message lists the URLs that tell them apart."""

    code = "several_plugged_in"


class NoPermission(PortError, PermissionError):
    """The device is there, and this user may not open it (perhaps not yet)."""

    code = "no_permission"


class DeviceLost(HookflashError, OSError):
    """The device went away: unplugged, powered off, the connection broke."""

    code = "device_lost"


class LineClosed(HookflashError):
    """The line was closed by our own side."""

    code = "line_closed"


class CommandTimeout(HookflashError, TimeoutError):
    """The device did not answer a command before its deadline."""

    code = "device_timeout"


class CommandRefused(HookflashError):
    """The device answered a command with an error."""

    code = "device_refused"


class CallFailed(HookflashError):
    """The device tried to dial and the line said no; `reason` is an EndReason's value."""

    code = "call_failed"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class Aborted(HookflashError):
    """The operation was given up because a hang-up or a close overtook it."""

    code = "aborted"


class NotSupported(HookflashError):
    """This device cannot do that."""

    code = "not_supported"


class WrongState(HookflashError):
    """The line is not in a state where this can be done (no call, already off hook)."""

    code = "wrong_state"


class Recovering(HookflashError):
    """The device did not answer and is being brought back; try again in a few seconds."""

    code = "device_recovering"


class Flooded(HookflashError):
    """More keys are waiting to be sent than the line can send in reasonable time."""

    code = "dtmf_flooded"


class BadSettings(HookflashError, ValueError):
    """A figure for a line that no exchange would understand, or that is no figure at all."""

    code = "bad_settings"


class BadDigits(HookflashError, ValueError):
    """A number or key string holds something that may not reach a line."""

    code = "bad_number"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class BadDescriptor(HookflashError, ValueError):
    """A HID device describes its reports in a way that cannot be understood."""

    code = "bad_descriptor"


class BadValue(HookflashError, ValueError):
    """A value that does not go into a report, or bytes that are another report."""

    code = "bad_value"


class BadRecording(HookflashError, ValueError):
    """Text that is no recording of a handset."""

    code = "bad_recording"
