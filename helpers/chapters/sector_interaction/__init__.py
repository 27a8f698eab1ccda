"""Chapter 6, the sector interaction: its figures, its sentences, its exercises."""
