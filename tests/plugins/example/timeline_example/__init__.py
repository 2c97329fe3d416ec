"""An example of a plug-in: one thing of each kind."""
