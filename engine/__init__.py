"""Algorithms that yield frames. Knows nothing of screens."""
