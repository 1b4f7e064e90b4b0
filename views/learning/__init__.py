"""Pictures of learning without labels."""
