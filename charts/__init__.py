"""Arrays in, figure out: plain-dict Plotly whose colours are roles. Imports nothing of the house."""
