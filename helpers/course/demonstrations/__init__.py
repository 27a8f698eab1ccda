"""Demonstrations for a lecture: simulated studies whose picture follows a slider."""
