"""Answers as text: for people, for programs, for spreadsheets."""
