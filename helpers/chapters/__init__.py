"""A folder for each chapter: its figures (``draw``), sentences (``tell``) and exercises.

A chapter knows nothing of another one; ``checking`` compares answers for all of them.
"""
