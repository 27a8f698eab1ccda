"""Chapter 1, exploration: its figures, its sentences, its exercises."""
