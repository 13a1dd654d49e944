"""All that refuses, warns or explains: about shapes, names and kinds, never about classes."""
