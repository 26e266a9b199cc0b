"""The workbook templates, as package data: `monthly_close.xlsx` (English) and `monthly_close.zh.xlsx` (Chinese)."""

from __future__ import annotations

from pathlib import Path

__all__ = ["path"]


def path(lang: str = "en") -> Path:
    """Return the standard template of a language."""
    return Path(__file__).with_name("monthly_close.zh.xlsx" if lang == "zh" else "monthly_close.xlsx")
