"""Faces: terminal and workbooks. They show, they compute nothing."""
