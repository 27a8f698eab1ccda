"""Multilevel models with one grouping factor, fitted exactly from the moments of the groups.

Knows frames and formulas; nothing of studies, chapters or words about them.
"""
