"""The path on which a learner writes a framework of her own: `python -m minidl.homework build`
starts a folder, `check build` says how far it is.

`skeleton/` is what she gets. It has the names and signatures of minidl/core, so core's files are a
solution. Every other file here holds the tasks of one of her files; path.py has their order.
"""
