"""The door for agents: the questions as tools of the Model Context Protocol."""
