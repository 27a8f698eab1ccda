"""What chapters share: words, findings, the tidy table, the look of figures, exercises.

Knows studies and models; nothing of a single chapter.
"""
