"""Chapter 3, fixed effects: its figures, its sentences, its exercises."""
