"""The brief as a Word document, by python-docx (extra `docx`), packed so that the same issue gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.alerts.values import Printed

__all__ = ["document"]

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first instant a zip can hold
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_RTL = ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")


def document(
    heading: str, sections: Sequence[tuple[str, Sequence[Printed]]], created: datetime, read_more: str
) -> bytes:
    """Give the bytes of the document. Raises ConfigError when python-docx is not installed."""
    try:
        from docx import Document
    except ImportError as error:
        msg = "Word documents need python-docx: pip install 'copytaster[docx]'"
        raise ConfigError(msg) from error
    paper = Document()
    paper.core_properties.title = heading
    paper.core_properties.author = "Copytaster"
    paper.core_properties.created = paper.core_properties.modified = created.replace(
        tzinfo=None, microsecond=0
    )
    paper.add_heading(heading, level=0)
    for section, entries in sections:
        if section:
            paper.add_heading(section, level=1)
        for one in entries:
            _entry(paper, one, read_more)
    packed = io.BytesIO()
    paper.save(packed)
    return _same_bytes(packed.getvalue())


def _entry(paper: Any, one: Printed, read_more: str) -> None:
    rtl = one.language.partition("-")[0].lower() in _RTL
    _direction(paper.add_heading(one.headline, level=2), rtl=rtl)
    paper.add_paragraph(one.dateline)
    paper.add_paragraph().add_run(one.credit).italic = True
    if one.lead:
        _direction(paper.add_paragraph(one.lead), rtl=rtl)
    if one.also:
        paper.add_paragraph(one.also)
    _link(paper.add_paragraph(), read_more, one.url)


def _direction(paragraph: Any, *, rtl: bool) -> None:
    if not rtl:
        return
    from docx.oxml import OxmlElement

    paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))


def _link(paragraph: Any, text: str, url: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run(text)
    if not url:
        return
    run.font.underline = True
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(url, _LINK, is_external=True))
    link.append(run._r)
    paragraph._p.append(link)


def _same_bytes(packed: bytes) -> bytes:
    """Pack again in one order and without the time of packing."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(packed)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name))
    return target.getvalue()
