"""Bring the notebooks to the one form they are kept in: no outputs, no counts, named cells, a line of source a line of the file.

What must stay true: what a person reads or runs is never changed. Run after editing one in JupyterLab: python tools/notebooks.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def plain(notebook: dict[str, Any], name: str) -> str:
    """Return a notebook's text as it is kept. name: cells without an id are named after it and their place."""
    cells = []
    for place, cell in enumerate(notebook["cells"], 1):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        kept = {"cell_type": cell["cell_type"], "id": cell.get("id") or f"{name}-{place}"}
        kept["metadata"] = {key: value for key, value in cell["metadata"].items() if key == "tags"}
        kept |= {"execution_count": None, "outputs": []} if cell["cell_type"] == "code" else {}
        cells.append(kept | {"source": source.strip("\n").splitlines(keepends=True)})
    about = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    if title := notebook["metadata"].get("title"):
        about["title"] = title
    kept = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(kept, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    for path in sorted(NOTEBOOKS.rglob("*.ipynb")):
        before = path.read_text(encoding="utf-8")
        after = plain(json.loads(before), path.stem.replace("_", "-"))
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(path.relative_to(NOTEBOOKS.parent))
