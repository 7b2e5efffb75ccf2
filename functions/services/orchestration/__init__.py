"""`advance` and its steps: what moves a deployment on."""
