"""The engines of this runner. No other module outside their folders imports them."""

from __future__ import annotations

from runner.engines.base import Engines
from runner.engines.terraform.tasks import TERRAFORM

ENGINES: Engines = {engine.name: engine for engine in (TERRAFORM,)}
