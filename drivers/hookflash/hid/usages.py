"""Usages: what a field means, as page << 16 | id. Names, and constants for those we use.

SOURCE: USB-IF, HID Usage Tables 1.5: chapters 11 (LED), 12 (Button), 14 (Telephony), 15 (Consumer).
"""

GENERIC_DESKTOP = 0x01
LED = 0x08
BUTTON = 0x09
TELEPHONY = 0x0B
CONSUMER = 0x0C
VENDOR = 0xFF00
"""The first of the pages that each maker fills as he likes."""

# --- Telephony ------------------------------------------------------------------------------------

PHONE = 0x000B0001
MESSAGE_CONTROLS = 0x000B0003
HANDSET = 0x000B0004
HEADSET = 0x000B0005
KEY_PAD = 0x000B0006
PROGRAMMABLE_BUTTON = 0x000B0007
HOOK_SWITCH = 0x000B0020
FLASH = 0x000B0021
FEATURE = 0x000B0022
HOLD = 0x000B0023
REDIAL = 0x000B0024
TRANSFER = 0x000B0025
DROP = 0x000B0026
LINE = 0x000B002A
SPEAKER_PHONE = 0x000B002B
CONFERENCE = 0x000B002C
RING_ENABLE = 0x000B002D
PHONE_MUTE = 0x000B002F
SEND = 0x000B0031
SPEED_DIAL = 0x000B0050
VOICE_MAIL = 0x000B0070
DO_NOT_DISTURB = 0x000B0072
INSIDE_DIAL_TONE = 0x000B0090
OUTSIDE_DIAL_TONE = 0x000B0091
INSIDE_RING_TONE = 0x000B0092
OUTSIDE_RING_TONE = 0x000B0093
PRIORITY_RING_TONE = 0x000B0094
INSIDE_RINGBACK = 0x000B0095
PRIORITY_RINGBACK = 0x000B0096
LINE_BUSY_TONE = 0x000B0097
REORDER_TONE = 0x000B0098
CALL_WAITING_TONE = 0x000B0099
OUTSIDE_RINGBACK = 0x000B009D
RINGER = 0x000B009E
PHONE_KEY_0 = 0x000B00B0
PHONE_KEY_9 = 0x000B00B9
PHONE_KEY_STAR = 0x000B00BA
PHONE_KEY_POUND = 0x000B00BB
PHONE_KEY_A = 0x000B00BC
PHONE_KEY_D = 0x000B00BF
HOST_CONTROL = 0x000B00F0
HOST_AVAILABLE = 0x000B00F1
HOST_CALL_ACTIVE = 0x000B00F2
ACTIVATE_HANDSET_AUDIO = 0x000B00F3
RING_TYPE = 0x000B00F4
VOICEMAIL_WAITING = 0x000B0109
HOST_HOLD = 0x000B010A
DUAL_MODE_PHONE = 0x000B014B

KEYS = {PHONE_KEY_0 + place: key for place, key in enumerate("0123456789*#ABCD")}
"""The keys that a line can send, by usage."""

# --- LED ------------------------------------------------------------------------------------------

LED_DO_NOT_DISTURB = 0x00080008
LED_MUTE = 0x00080009
LED_OFF_HOOK = 0x00080017
LED_RING = 0x00080018
LED_MESSAGE_WAITING = 0x00080019
LED_SPEAKER = 0x0008001E
LED_HEAD_SET = 0x0008001F
LED_HOLD = 0x00080020
LED_MICROPHONE = 0x00080021
LED_SEND_CALLS = 0x00080024
LED_ON_LINE = 0x0008002A
LED_BUSY = 0x0008002C

# --- Button and Consumer --------------------------------------------------------------------------

BUTTON_1 = 0x00090001
BUTTON_7 = 0x00090007

CONSUMER_CONTROL = 0x000C0001
CONSUMER_MUTE = 0x000C00E2
VOLUME_UP = 0x000C00E9
VOLUME_DOWN = 0x000C00EA

# --- names ----------------------------------------------------------------------------------------

# An id in hexadecimal, then the names of this id and those that follow it.
_TELEPHONY = """
01 Phone, Answering Machine, Message Controls, Handset, Headset, Telephony Key Pad
07 Programmable Button
20 Hook Switch, Flash, Feature, Hold, Redial, Transfer, Drop, Park, Forward Calls
29 Alternate Function, Line, Speaker Phone, Conference, Ring Enable, Ring Select, Phone Mute
30 Caller ID, Send
50 Speed Dial, Store Number, Recall Number, Phone Directory
70 Voice Mail, Screen Calls, Do Not Disturb, Message, Answer On/Off
90 Inside Dial Tone, Outside Dial Tone, Inside Ring Tone, Outside Ring Tone, Priority Ring Tone
95 Inside Ringback, Priority Ringback, Line Busy Tone, Reorder Tone, Call Waiting Tone
9A Confirmation Tone 1, Confirmation Tone 2, Tones Off, Outside Ringback, Ringer
B0 Phone Key 0, Phone Key 1, Phone Key 2, Phone Key 3, Phone Key 4, Phone Key 5, Phone Key 6
B7 Phone Key 7, Phone Key 8, Phone Key 9, Phone Key Star, Phone Key Pound, Phone Key A
BD Phone Key B, Phone Key C, Phone Key D, Phone Call History Key, Phone Caller ID Key
C2 Phone Settings Key
F0 Host Control, Host Available, Host Call Active, Activate Handset Audio, Ring Type
F5 Re-dialable Phone Number
F8 Stop Ring Tone, PSTN Ring Tone, Host Ring Tone, Alert Sound Error, Alert Sound Confirm
FD Alert Sound Notification, Silent Ring
108 Email Message Waiting, Voicemail Message Waiting, Host Hold
110 Incoming Call History Count, Outgoing Call History Count, Incoming Call History
113 Outgoing Call History, Phone Locale
140 Phone Time Second, Phone Time Minute, Phone Time Hour, Phone Date Day, Phone Date Month
145 Phone Date Year, Handset Nickname, Address Book ID
14A Call Duration, Dual Mode Phone
"""

_LED = """
01 Num Lock, Caps Lock, Scroll Lock, Compose, Kana, Power, Shift, Do Not Disturb, Mute, Tone Enable
0B High Cut Filter, Low Cut Filter, Equalizer Enable, Sound Field On, Surround Field On, Repeat
11 Stereo
12 Sampling Rate Detect, Spinning, CAV, CLV, Recording Format Detect, Off-Hook, Ring
19 Message Waiting, Data Mode, Battery Operation, Battery OK, Battery Low, Speaker, Head Set, Hold
21 Microphone, Coverage, Night Mode, Send Calls, Call Pickup, Conference, Stand-by, Camera On
29 Camera Off, On-Line, Off-Line, Busy, Ready, Paper-Out, Paper-Jam, Remote, Forward, Reverse, Stop
34 Rewind, Fast Forward, Play, Pause, Record, Error, Usage Selected Indicator
3B Usage In Use Indicator, Usage Multi Mode Indicator, Indicator On, Indicator Flash
3F Indicator Slow Blink, Indicator Fast Blink, Indicator Off, Flash On Time, Slow Blink On Time
44 Slow Blink Off Time, Fast Blink On Time, Fast Blink Off Time, Usage Indicator Color
48 Indicator Red, Indicator Green, Indicator Amber, Generic Indicator, System Suspend
4D External Power Connected, Indicator Blue, Indicator Orange, Good Status, Warning Status
57 System Microphone Mute
"""

_CONSUMER = """
01 Consumer Control, Numeric Key Pad, Programmable Buttons, Microphone, Headphone
30 Power
40 Menu
8C Media Select Telephone
94 Quit, Help
B0 Play, Pause, Record, Fast Forward, Rewind, Scan Next Track, Scan Previous Track, Stop, Eject
CD Play/Pause
CF Voice Command
E0 Volume, Balance, Mute
E9 Volume Increment, Volume Decrement
"""

_PAGES = {LED: "LED", BUTTON: "Button", TELEPHONY: "Telephony", CONSUMER: "Consumer"}


def _read(page: int, table: str) -> dict[int, str]:
    names = {}
    for line in table.strip().splitlines():
        first, _, rest = line.partition(" ")
        for usage, text in enumerate(rest.split(", "), page << 16 | int(first, 16)):
            names[usage] = f"{_PAGES[page]}: {text}"
    return names


_NAMES = {**_read(TELEPHONY, _TELEPHONY), **_read(LED, _LED), **_read(CONSUMER, _CONSUMER)}


def name(usage: int) -> str:
    """What the tables call it: `Telephony: Hook Switch`, `Button 7`. A usage that has no name here
    is told by its numbers: `page 0xFF30 usage 0x0020`."""
    page, number = usage >> 16, usage & 0xFFFF
    if page == BUTTON and number:
        return f"Button {number}"
    return _NAMES.get(usage) or f"page 0x{page:04X} usage 0x{number:04X}"
