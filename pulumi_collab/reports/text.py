"""Text of others made harmless, once for all, and then as each kind of output needs it.

A name may be `<img src=x onerror=alert(1)> | **b** [x](javascript:y)` with control characters in it.
JSON alone has it raw.
"""

from __future__ import annotations

import re

from ..errors import harmless

_PLAIN = re.compile(r"[^\W_]+(?:[ ._+@/-][^\W_]+)*")
"""What Markdown shows as it is: letters and digits, with single marks between them."""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>~&])")
_MENTION = re.compile(r"(?<![\w.])@")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula; the wide forms too."""


def terminal(text: str) -> str:
    """Fit for a terminal."""
    return harmless(text)


def markdown(text: str) -> str:
    """Words of others in Markdown: as they are where nothing in them means something, else as code.

    In code there are no links, no marks and no `@mention`, which a forge would send somebody a mail for.
    """
    shown = harmless(text)
    if _PLAIN.fullmatch(shown) and "www." not in shown.lower() and not shown.isdigit():
        return shown
    return code(shown)


def code(text: str) -> str:
    """Words of others as code in Markdown, with a fence that is longer than any in them."""
    shown = harmless(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if longest or not shown else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def sentence(text: str) -> str:
    """A sentence of ours in Markdown that may have words of others in it: no mark, no link and no mention."""
    shown = _MARKDOWN.sub(r"\\\1", harmless(text)).replace("://", "&#58;//").replace("www.", "www&#46;")
    return _MENTION.sub("@&#8203;", shown)  # a forge looks for mentions in what it shows, so no mark can hide the sign


def cell(text: str) -> str:
    """A cell of a CSV file: no spreadsheet takes it for a formula."""
    shown = harmless(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def sarif(text: str) -> str:
    """A message of SARIF, where `[text](target)` is a link and braces stand for arguments."""
    return re.sub(r"([\\\[\]])", r"\\\1", harmless(text)).replace("{", "{{").replace("}", "}}")
