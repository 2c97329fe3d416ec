"""Answers as scenes: marks in pixels, which are SVG; :mod:`timeline.render.picture` hands them out."""
