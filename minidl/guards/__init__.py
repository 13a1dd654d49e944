"""What refuses, warns or explains. These functions know arrays, shapes and names, not classes."""
