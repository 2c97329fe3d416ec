"""The fold at every coordinate at once: rows on the axes of occurred and known."""
