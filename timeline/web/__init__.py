"""The same questions in a browser and as JSON over HTTP, read-only (the extra ``web``).

Every answer comes from :class:`timeline.app.Timeline`; nothing here computes a state.
"""
