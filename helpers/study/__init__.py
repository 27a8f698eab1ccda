"""A study: its file, its data, read and checked; a file proposed, a study described.

Knows nothing of models, nor of what chapters make of a study.
"""
