"""The figures of the course, one function each, in one file a chapter.

Each takes frames, numbers and fits, with the study for its words, and returns a Matplotlib figure
that a notebook shows once. Colour is never the only code: a line has its own dashes, a point its
own marker.
"""
