"""`./dev bench`: the figures that the design promises, one file each; docs/performance.md says how."""
