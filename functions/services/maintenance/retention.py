"""Deletes what is older than its retention period: logs, plans, copies of removed states, and whole records.

It checks the deployments that are due, the longest due first, and changes only deployments without resources
and unfinished operations. It may be interrupted anywhere and continues there: blobs are deleted before the
record that names them, the next entry is written before the current one is removed, and a record is deleted
as in `purge_deployment.py`.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from functions.domain.deployments import transitions
from functions.domain.errors import ConcurrentChange
from functions.domain.identifiers import SLIPWAY
from functions.domain.jobs import blob_names
from functions.maintenance_ports import DueEntry
from functions.ports import Stored
from functions.services.context import Context
from functions.services.deployments.purge_deployment import mark_deleted, purge
from functions.services.maintenance.sweep_due import sweep_due
from functions.services.scheduling.retention_due import (
    LOGS,
    PLANS,
    STATE_COPIES,
    ended_at,
    kept_days,
    next_due,
    note_due,
)

log = logging.getLogger("slipway.retention")

_MAX_RUN_TIME = timedelta(minutes=8)
"""A run stops after this time. The host would end it after 10 minutes, and with it all other work of the
process."""
_ENDINGS = {
    LOGS: ("/log",),
    PLANS: ("/plan", "/init", "/plan-summary"),
    STATE_COPIES: ("/state-copy", "/errored-state"),
}


def apply_retention(ctx: Context) -> int:
    """Delete what is older than its retention period; return how many deployments were changed."""
    began_at = ctx.now()
    deadline = began_at + _MAX_RUN_TIME
    changed = 0
    for entry in ctx.due.due(began_at):
        if ctx.now() >= deadline:
            log.info("applying retention: out of time, the next run continues")
            return changed
        try:
            changed += _check(ctx, entry)
        except Exception:  # an error in one deployment must not stop the others
            log.exception("applying retention to deployment '%s'", entry.listed.deployment_id)
    sweep_due(ctx, deadline)
    return changed


def _check(ctx: Context, entry: DueEntry) -> bool:
    """Delete what is due of one deployment. Return True if the deployment was changed."""
    stored = ctx.store.get(entry.listed.deployment_id)
    if stored is None or stored.deployment.created_at != entry.listed.created_at:
        # The deployment was deleted, perhaps while another function still wrote its list rows.
        ctx.index.remove_list_rows(entry.listed)
        ctx.due.remove(entry)
        return False
    if stored.deployment.deleted_at:
        # Reconcile is deleting it: check once more when that is over.
        ctx.due.put(replace(entry, due_at=ctx.now() + timedelta(days=1)))
        ctx.due.remove(entry)
        return False
    if next_due(ctx.policy, stored.deployment) is None:
        ctx.due.remove(entry)
        return False
    try:
        changed = _remove_due(ctx, stored)
    except ConcurrentChange:
        return False
    ctx.due.remove(entry)
    return changed


def _remove_due(ctx: Context, stored: Stored) -> bool:
    """Delete the deployment, or the blobs whose period is over; then schedule the next check."""
    age = ctx.now() - ended_at(stored.deployment)
    if age >= timedelta(days=ctx.policy.record_days):
        purge(ctx, mark_deleted(ctx, stored, SLIPWAY))
        log.info("deleted deployment '%s': it ended long ago", stored.deployment.deployment_id)
        return True
    kinds = [
        kind
        for kind, days in kept_days(ctx.policy).items()
        if kind not in stored.deployment.pruned and age >= timedelta(days=days)
    ]
    stored = _prune(ctx, stored, kinds) if kinds else stored
    note_due(ctx, stored.deployment)
    return bool(kinds)


def _prune(ctx: Context, stored: Stored, kinds: list[str]) -> Stored:
    """Delete the blobs of these kinds, then record that they are deleted."""
    deployment = stored.deployment
    for name in ctx.artifacts.names(blob_names.operations_prefix(deployment.deployment_id)):
        if any(name.endswith(_ENDINGS[kind]) for kind in kinds):
            ctx.artifacts.delete(name)
    return ctx.store.commit(stored, transitions.pruned(deployment, ctx.now(), kinds))
