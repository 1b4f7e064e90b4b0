"""Language: models of what comes next, and ways to write with them."""
