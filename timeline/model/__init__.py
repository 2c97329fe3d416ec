"""The model: pure, without a database, files or a command line."""
