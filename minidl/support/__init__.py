"""What the whole library stands on: names to things, things as plain data, files, the console."""
