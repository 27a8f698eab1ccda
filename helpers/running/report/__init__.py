"""What a run leaves to read: chapters as pages, a study's index, several studies side by side.

Every page is one file that asks nothing of a network: figures are inside it, formulas are MathML,
which browsers draw themselves.
"""
