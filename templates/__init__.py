"""Workbook templates as package data."""
