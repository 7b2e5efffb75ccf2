"""`./dev bench`: measures the promised figures, one file each. docs/performance.md explains them."""
