"""Answers as Vega-Lite specifications: plain dicts, drawn by :mod:`timeline.render.picture`."""
