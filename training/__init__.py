"""The scripts that made the files in assets/weights: seeded, resumable, one each."""
