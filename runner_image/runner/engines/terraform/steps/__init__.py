"""The steps of Terraform's tasks, a file each.

`tasks.py` has their order; `run_job.py` runs them and checks the stop flag between them.
"""
