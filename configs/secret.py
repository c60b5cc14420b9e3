"""A secret that travels as the name of its environment variable, never as its value."""

from __future__ import annotations

import os
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, SecretStr

from configs.base import ConfigError


class Variable(str):
    """The value of one environment variable, which still knows the variable's name."""

    name: str

    def __new__(cls, value: str, name: str) -> Self:
        """`value` as text, with `name` beside it."""
        self = super().__new__(cls, value)
        self.name = name
        return self


class EnvironmentSecret(SecretStr):
    """A secret taken whole from one environment variable. Pickled, it is that variable's name: a process that unpickles
    it reads its own environment, so that job graphs and savepoints hold no secret."""

    def __init__(self, value: Variable) -> None:
        super().__init__(str(value))
        self.name = value.name

    def __reduce__(self) -> tuple[Any, ...]:
        """As the variable's name."""
        return from_environment, (self.name,)


def from_environment(name: str) -> EnvironmentSecret:
    """Read the variable here. Raises ConfigError where this process lacks it."""
    if name not in os.environ:
        raise ConfigError(
            f"environment variable {name} is not set in this process; give workers the same secrets as the launcher"
        )
    return EnvironmentSecret(Variable(os.environ[name], name))


def _named(value: Any) -> Any:
    return EnvironmentSecret(value) if isinstance(value, Variable) else value


Secret = Annotated[SecretStr, BeforeValidator(_named)]
"""Write ${NAME} in the file."""
