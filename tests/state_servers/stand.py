"""The interface of the state backends for tests."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from functions.domain.jobs.terraform_state import Backend


class StateStand(Protocol):
    """A real backend: its block for an environment, and the variables that a runner or Terraform needs."""

    @property
    def backend(self) -> Backend: ...

    @property
    def environment(self) -> dict[str, str]: ...

    def traces(self, deployment_id: str) -> list[str]:
        """Return the names of everything stored of a deployment: its state, and its lock if stored."""


@runtime_checkable
class RemoteStand(StateStand, Protocol):
    """A backend behind a network."""

    def cut(self) -> None:
        """Cut the network, so that the backend responds to nobody."""

    def mend(self) -> None:
        """Restore the network. The backend still has its states."""
