"""Measurements of what the project claims, each against a peer or a limit, as ratios."""
