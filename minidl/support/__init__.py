"""Helpers for the whole library: lookup of names, objects as plain data, files, the console."""
