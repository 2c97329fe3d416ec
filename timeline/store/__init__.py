"""The log in a database: appended to, read, proved."""
