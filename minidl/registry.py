"""Names to things: 'adam' -> Adam, 'mse' -> MeanSquaredError; an unknown name is answered with the nearest known one."""

from __future__ import annotations


class Registry:
    """The names of one kind of thing ('optimizer', 'loss', ...).

    >>> optimizers = Registry("optimizer")
    >>> @optimizers.register()          # under its own name, in CamelCase and in snake_case
    ... class MyMomentum: ...
    >>> optimizers["my_momentum"]
    """

    def __init__(self, kind: str):
        self.kind = kind
        self._things: dict[str, object] = {}

    def register(self, *aliases: str):
        """Decorator: file a class or function under its name, its snake_case name, and any aliases."""

        def file(thing):
            for name in (thing.__name__, snake_case(thing.__name__), thing.__name__.lower(), *aliases):
                self._things[name] = thing
            return thing

        return file

    def __getitem__(self, name: str):
        if name not in self._things:
            raise ValueError(unknown(self.kind, name, self._things))
        return self._things[name]

    def __contains__(self, name) -> bool:
        return name in self._things


def unknown(kind: str, name, known) -> str:
    """The message for a name that is not there: what, the nearest, and all that there are (snake_case only)."""
    shown = sorted({k for k in known if k == k.lower()} or set(known))
    return f"Unknown {kind} {name!r}.{did_you_mean(str(name), known)} Available: {', '.join(shown)}."


def did_you_mean(name: str, known) -> str:
    """" Did you mean 'adam'?" or, when nothing is near, an empty string."""
    import difflib  # slow to load, and only needed once somebody has mistyped

    lowered = {str(k).lower(): str(k) for k in sorted(known, key=str, reverse=True)}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return f" Did you mean '{lowered[near[0]]}'?" if near else ""


def snake_case(name: str) -> str:
    """'LeakyReLU' -> 'leaky_re_lu', 'MeanSquaredError' -> 'mean_squared_error' (Keras's rule for automatic names)."""
    out = ""
    for i, letter in enumerate(name):
        follows_lower = i > 0 and not name[i - 1].isupper()
        ends_acronym = i > 0 and name[i - 1].isupper() and name[i + 1 : i + 2].islower()
        if letter.isupper() and (follows_lower or ends_acronym) and name[i - 1] != "_":
            out += "_"
        out += letter.lower()
    return out.replace("__", "_").lstrip("_") or name
