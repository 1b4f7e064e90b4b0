"""Vision: models that look at pictures."""
