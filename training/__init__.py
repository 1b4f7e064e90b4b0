"""The scripts that made every file in assets/weights: seeded, and resumed where they were stopped."""
