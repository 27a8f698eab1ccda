"""Chapter 5, the intraclass correlation: its figures, its sentences, its exercises."""
