"""Describes the settings of an optimizer by the names of its arguments, for `get_config`."""

from __future__ import annotations

from ..support.checks import is_ours
from ..support.configs import Configurable, given_arguments
from ..support.registry import snake_case


def arguments(kind: type) -> tuple[dict, dict]:
    """Return the arguments of an optimizer with their defaults: those that its __init__ names, and
    those that it passes on as **options.
    """
    import inspect

    own: dict = {}
    passed: dict = {}
    for level, cls in enumerate(c for c in kind.__mro__[:-1] if "__init__" in vars(c)):
        parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        for p in named:
            if p.name not in own and p.name not in passed:
                (passed if level else own)[p.name] = p.default
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return own, passed


def described(thing: Configurable, base: type) -> dict:
    """Return the present settings by the names of the arguments.

    If your class has its own get_config, only the arguments of the class above it are described,
    and your class adds its own. Without get_config, it is described by the arguments that its
    __init__ received.
    """
    kinds = type(thing).__mro__
    writers = [i for i, c in enumerate(kinds) if "get_config" in vars(c) and issubclass(c, base)]
    kind = kinds[writers[-2] + 1] if len(writers) > 1 else kinds[0]
    own, passed = arguments(kind)
    if kind is not type(thing) or is_ours(kind.__init__):
        return {name: getattr(thing, name) for name in [*own, *passed]}
    given = given_arguments(thing)
    automatic = snake_case(kind.__name__)
    for name, default in passed.items():
        value = getattr(thing, name, default)
        if name in given or value == (automatic if name == "name" else default):
            given[name] = value  # what the class sets itself stays out: it would come twice
    return given
