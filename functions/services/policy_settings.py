"""The settings by which the owner controls the services."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain import environment_names as names
from functions.domain.catalog.providers import PROVIDER_TYPES
from functions.domain.settings_reader import number, optional
from functions.domain.timers import DEFAULT_SCHEDULES, Timer, check_schedule


def _providers(text: str) -> frozenset[str]:
    chosen = frozenset(name.strip() for name in text.split(",") if name.strip())
    supported = sorted(name for name, provider in PROVIDER_TYPES.items() if provider.supported)
    if not chosen.issubset(supported):
        raise ValueError(f"may only contain {', '.join(supported)}")
    return chosen


def _schedule(name: str, timer: Timer, description: str) -> str:
    default = DEFAULT_SCHEDULES[timer]

    def parse(text: str) -> str:
        try:
            check_schedule(text)
        except ValueError:
            raise ValueError(
                f"must be an NCRONTAB expression of six fields, seconds first, such as '{default}'"
            ) from None
        return text

    declared: str = optional(name, description, parse=parse, default=default, shown_default=f"`{default}`")
    return declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The owner's settings for the services. A name ends with the unit of its time.

    docs/rules.md uses `heartbeat_seconds` (rule 6) and `watch_seconds` (rule 10). `start_seconds` must allow
    for Container Apps Jobs, which were seen to take up to 25 minutes to start.
    """

    providers: frozenset[str] = optional(
        names.PROVIDERS,
        "the provider types that may be used here, comma separated; `./dev up` adds `terraform-aws`",
        parse=_providers,
        default=frozenset({"terraform-local"}),
        shown_default="`terraform-local`",
    )
    max_parallel: int = number(
        names.MAX_PARALLEL,
        *(20, 1, 1000),
        "how many deployments run at once (soft: two starts at the same time may exceed it by one)",
    )
    max_attempts: int = number(
        names.MAX_ATTEMPTS,
        *(5, 1, 5),
        "how many jobs each task of an operation (its plan, its apply) may start, while nothing has been "
        "applied",
    )
    watch_seconds: int = number(
        names.WATCH_SECONDS,
        *(60, 1, 3600),
        "how often a running deployment is checked if no message arrives sooner",
    )
    heartbeat_seconds: int = number(
        names.HEARTBEAT_SECONDS,
        *(15, 1, 60),
        "how often a runner sends a heartbeat; after four missed ones it is silent. The runner reads it, too",
    )
    start_seconds: int = number(
        names.START_SECONDS, 1800, 1, 7200, "how long a started runner may take to claim its job"
    )
    command_seconds: int = number(
        names.COMMAND_SECONDS,
        *(3600, 1, 86_400),
        "the time limit of one Terraform command; a template's `timeouts` override it",
    )
    job_seconds: int = number(
        names.JOB_SECONDS,
        *(7200, 1, 172_800),
        "the time limit of one job; a template's `timeouts` override it",
    )
    approval_seconds: int = number(
        names.APPROVAL_SECONDS,
        *(604_800, 1, 31_536_000),
        "how long an operation waits for approval before it ends as `rejected`",
    )
    plan_seconds: int = number(
        names.PLAN_SECONDS,
        *(86_400, 1, 31_536_000),
        "the age at which a saved plan may no longer be approved (`plan_stale`)",
    )
    lock_wait_seconds: int = number(
        names.LOCK_WAIT_SECONDS,
        *(300, 0, 86_400),
        "how long a job waits for a state lock that another client holds",
    )
    log_days: int = number(
        names.LOG_DAYS,
        *(90, 1, 36_500),
        "how long logs are kept. This and the next three periods begin at the end of the last operation, and "
        "apply only to deployments whose `resources` is `none`. A changed period also applies to deployments "
        "that ended before, from about two hours after the change",
    )
    plan_days: int = number(
        names.PLAN_DAYS, 30, 1, 36_500, "how long saved plans and their summaries are kept"
    )
    state_copy_days: int = number(
        names.STATE_COPY_DAYS,
        *(90, 1, 36_500),
        "how long the sealed copy of a destroyed deployment's last state is kept",
    )
    record_days: int = number(
        names.RECORD_DAYS, 365, 1, 36_500, "how long the record is kept; then the deployment is deleted"
    )
    reconcile_schedule: str = _schedule(
        names.RECONCILE_SCHEDULE,
        Timer.RECONCILE,
        "when [reconcile](rules.md) checks unfinished deployments: an NCRONTAB expression of six fields, "
        "seconds first, in the host's time zone; every two seconds on one machine. With five fields a timer "
        "never fires in Azure, so those are refused",
    )
    retention_schedule: str = _schedule(
        names.RETENTION_SCHEDULE, Timer.RETENTION, "when retention deletes what is due; the same form"
    )

    @property
    def silent_seconds(self) -> int:
        """Return the age of a heartbeat at which the runner counts as silent: four missed heartbeats."""
        return self.heartbeat_seconds * 4

    @property
    def schedules(self) -> dict[Timer, str]:
        """Return the schedule of each timer."""
        return {Timer.RECONCILE: self.reconcile_schedule, Timer.RETENTION: self.retention_schedule}
