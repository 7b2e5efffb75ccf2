"""The engines that a job can run. An engine uses the runner's contract, and never another engine."""
