"""The engines that a job can run. Engines know the runner's contract and never each other."""
