"""Bytes and files to events, and back: JSON, YAML with its places, CloudEvents."""
