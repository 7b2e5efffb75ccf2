"""The engines that this runner has. Nothing else imports one of them."""

from __future__ import annotations

from runner.engines.base import Engines
from runner.engines.terraform.tasks import TERRAFORM

ENGINES: Engines = {engine.name: engine for engine in (TERRAFORM,)}
