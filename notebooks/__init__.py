"""Notebooks over the panels, a course, and the commands that open them: `credit lab`, `credit serve`.

What must stay true: importing this loads nothing heavy; the notebooks are plain JSON without outputs.
"""
