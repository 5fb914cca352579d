"""Make what a learner wrote or showed harmless wherever an instructor looks at it.

nbgrader's formgrader and its feedback put texts and outputs into a page as they are, on the instructor's own Jupyter
server: a script among them could do there whatever the instructor may. Kept is what cannot act: text, pictures, and
HTML without scripts, links to elsewhere than the web, identities and free placement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

MAX_HTML = 50_000
MAX_HTML_OF_NOTEBOOK = 500_000
TOO_LONG = "[HTML of more than {:,} characters is not kept]"
PICTURES = ("image/png", "image/jpeg", "image/gif")
ATTRIBUTES = {"*": {"style", "title"}, "a": {"href"}, "table": {"border"}} | {
    cell: {"colspan", "rowspan"} for cell in ("td", "th")
}
# fmt: off
TAGS = {
    "a", "b", "blockquote", "br", "caption", "code", "dd", "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "li", "ol", "p", "pre", "s", "small", "span", "strong", "sub", "summary", "sup", "table",
    "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
}
# what cards and tables use: nothing that can load, or cover what is around it
STYLES = {
    "background-color", "border", "border-collapse", "border-left", "border-radius", "color", "display", "font-family",
    "font-size", "font-style", "font-weight", "gap", "height", "justify-content", "line-height", "max-width",
    "opacity", "padding", "text-align", "vertical-align", "white-space", "width",
}
# fmt: on
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
# Markdown's links, inline and by reference, to anywhere but the web, the page itself or a pasted picture
_LINK = re.compile(r"\](?=[(:](?!\s*<?(?:https?://|mailto:|attachment:|#)))", re.IGNORECASE)
# with these a formula can link, load or dress itself
_TEX = re.compile(r"\\(?=(?:href|url|style|class|cssId|data|require|html|unicode|includegraphics)\b)", re.IGNORECASE)
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def inert(text: str) -> str:
    """The same text to the eye, in which nothing is an HTML tag or leads astray, and nothing breaks a database.

    Messages may repeat what a learner wrote.
    """
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd")
    for pattern in (_TAG, _LINK, _TEX):
        text = pattern.sub(lambda found: f"{found[0]}\u2060", text)
    return text


def harmless_outputs(outputs: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """A notebook's outputs (nbformat 4) by cell, without what could act in a page, and HTML only up to a limit.

    Streams and tracebacks stay as they are: whoever shows them escapes them.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    left = MAX_HTML_OF_NOTEBOOK
    for cell, shown in outputs.items():
        found[cell] = []
        for output in map(dict, shown):
            if "data" in output:
                output["data"] = data = _harmless_bundle(output["data"], left)
                output["metadata"] = _sizes(output.get("metadata", {}), data)
                left -= len(data.get("text/html", ""))
            found[cell].append(output)
    return found


def _harmless_bundle(bundle: Mapping[str, Any], left: int) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for kind, value in bundle.items():
        if not isinstance(value, str):
            continue
        if kind == "text/plain" or (kind in PICTURES and BASE64.fullmatch(value)):
            kept[kind] = value
        elif kind in ("text/markdown", "text/latex"):
            kept[kind] = inert(value)
        elif kind == "text/html":
            limit = min(MAX_HTML, left)
            kept[kind] = _harmless_html(value) if len(value) <= limit else f"<p>{TOO_LONG.format(max(limit, 0))}</p>"
    return kept or {"text/plain": f"[an output that is not shown: {', '.join(bundle)[:100] or 'nothing'}]"}


@lru_cache(maxsize=256)
def _harmless_html(text: str) -> str:
    # late: the sandbox starts without it. In a class most cards are alike, so they are cleaned once
    import nh3

    clean = nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        clean_content_tags={"script", "style", "title", "textarea", "noscript", "template"},
        filter_style_properties=STYLES,
        url_schemes={"http", "https"},
    )
    return _TEX.sub("\\\\\u2060", clean)


def _sizes(metadata: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """Of an output's metadata the widths and heights of its pictures."""
    found = {}
    for kind in PICTURES:
        told = metadata.get(kind) if isinstance(metadata, dict) and kind in data else None
        if isinstance(told, dict):
            sizes = {name: told[name] for name in ("width", "height") if type(told.get(name)) in (int, float)}
            found |= {kind: sizes} if sizes else {}
    return found


__all__ = ["BASE64", "harmless_outputs", "inert"]
