"""Describes the settings of an optimizer by the names of its arguments, and makes an optimizer from
them, for `get_config` and `from_config`.
"""

from __future__ import annotations

from ..guards.optimizer import check_rate
from ..support.checks import is_ours
from ..support.configs import Configurable, custom_object_scope, deserialize, given_arguments
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


def made_from(kind: type, config: dict, custom_objects: dict):
    """Return an optimizer of this class with the settings of a config."""
    with custom_object_scope(custom_objects):
        config = {k: deserialize(v) for k, v in config.items()}
    if "learning_rate" not in config or "learning_rate" in arguments(kind)[0]:
        return kind(**config)
    rate = config.pop("learning_rate")  # the class does not name it: it may set it itself
    made = kind(**config)
    made.set_rate(check_rate(rate))
    return made
