"""Chapter 2, between and within: its figures, its sentences, its exercises."""
