"""The workbook templates, as package data: `monthly_close.xlsx` (English), `monthly_close.zh.xlsx` (Chinese), and so for each kind."""

from __future__ import annotations

from pathlib import Path

__all__ = ["path"]


def path(lang: str = "en", kind: str = "monthly_close") -> Path:
    """Return the standard template of a kind in a language."""
    return Path(__file__).with_name(f"{kind}.zh.xlsx" if lang == "zh" else f"{kind}.xlsx")
