"""`./dev bench`: the figures that are promised, one file each; docs/performance.md says how."""
