"""Tables that people bring: rows to events under a mapping, every row taken or refused with its reasons."""
