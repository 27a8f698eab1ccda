"""Chapter 4, random effects: its figures, its sentences, its exercises."""
