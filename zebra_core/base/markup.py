"""Text from elsewhere, such as the name of a model, in a page, a figure, a Markdown file or on a terminal."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
"""Control characters but tab and newline, overrides of the direction of text, and what is no character."""
_MARKDOWN = re.compile(r"[\\`*\[\]|~$]|(?<![^\W_])_|_(?![^\W_])|^[#>+-](?=\s)|^\d+[.)](?=\s)|://|(?<=\bwww)\.")


def printable(text: str) -> str:
    """Return a text with the characters that hide or reorder others, or that XML does not allow, as escapes."""
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode(), text)


def one_line(text: str) -> str:
    """Return a printable text on one line."""
    return " ".join(printable(text).split())


def markdown(text: object) -> str:
    """Return a text as Markdown that shows it as it is, on one line: no markup, no HTML, no link, no cell of a table ends."""
    html = one_line(str(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(_escaped, html)


def _escaped(match: re.Match[str]) -> str:
    return {"://": "&#58;//", ".": "&#46;"}.get(match[0], f"{match[0][:-1]}\\{match[0][-1]}")


def code(text: object) -> str:
    """Return a text as code in Markdown, also in a cell of a table: in backticks, unless it has backticks or pipes itself."""
    line = one_line(str(text))
    return f"`{line}`" if line and not {*line} & {"`", "|"} else f"<code>{markdown(line)}</code>"


def front_matter(values: Mapping[str, object]) -> str:
    """Return values as the YAML at the beginning of a Markdown file, keys in the order given."""
    import yaml  # noqa: PLC0415  # slow to import

    return f"---\n{yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=math.inf)}---\n"
