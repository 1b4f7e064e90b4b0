"""Foundations: what every later page leans on."""
