"""Self-checks: answers to the chapters' exercises, computed from the study at hand.

The questions stand in the chapters. ``kinds`` is what an answer can be, ``facts`` what several
answers are computed from, ``chapter_01`` and its neighbours hold the answers, and ``checking``
compares them with what a reader found.
"""
