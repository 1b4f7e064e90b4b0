"""Runs, the processes that compute them, and the films drawn from them."""
