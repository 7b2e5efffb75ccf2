"""What tests need of any back end that they keep a state in."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from functions.domain.jobs.terraform_state import Backend


class StateStand(Protocol):
    """One back end for real: its block as an environment gives it, and the variables that a runner, or
    somebody's own Terraform, needs for it.
    """

    @property
    def backend(self) -> Backend: ...

    @property
    def environment(self) -> dict[str, str]: ...

    def traces(self, deployment_id: str) -> list[str]:
        """Return the names of everything stored of a deployment: its state, and its lock if stored."""


@runtime_checkable
class RemoteStand(StateStand, Protocol):
    """One behind a network."""

    def cut(self) -> None:
        """The back end answers nobody any more."""

    def mend(self) -> None:
        """It answers again, with what it held."""
