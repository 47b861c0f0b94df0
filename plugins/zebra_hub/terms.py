"""What only the person who publishes something knows: its licence and its languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGE = re.compile(r"[a-z]{2,8}(-[A-Za-z0-9]{2,8})*")


@attrs.frozen
class Terms:
    """A licence (the Hub's name of it, such as `cc-by-4.0` or `other`), the address of its text, and languages."""

    license: str
    link: str = ""
    languages: tuple[str, ...] = ()

    @classmethod
    def choose(cls, license: str, link: str, languages: tuple[str, ...], metadata: Mapping[str, Any]) -> Terms:  # noqa: A002  # the flag's name
        """Return what the flags say, else what the card has. Raise ZebraError if neither has a licence."""
        license = license or str(metadata.get("license") or "")  # noqa: A001
        link = link or str(metadata.get("license_link") or "")
        stated = metadata.get("language") or []
        languages = languages or tuple(map(str, [stated] if isinstance(stated, str) else stated))
        if not license:
            msg = (
                "no licence is given, and none follows from the texts, which are others'; add --license NAME, one of "
                "https://hf.co/docs/hub/repositories-licenses (such as cc-by-4.0), or --license other --license-link URL"
            )
            raise zebra.ZebraError(msg)
        for language in languages:
            if not LANGUAGE.fullmatch(language):
                msg = f"--language expects a code of ISO 639, such as en, got {language!r}"
                raise zebra.ZebraError(msg)
        return cls(license, link, languages)

    def added_to(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return a card's front matter with the terms at its beginning."""
        link = {"license_link": self.link} if self.link else {}
        terms = {"license": self.license, **link, **({"language": [*self.languages]} if self.languages else {})}
        return {**terms, **metadata, **terms}

    def as_croissant(self) -> dict[str, str]:
        """Return the licence as a work with a name, and an address if that is known."""
        return {"@type": "sc:CreativeWork", "name": self.license, **({"url": self.link} if self.link else {})}
