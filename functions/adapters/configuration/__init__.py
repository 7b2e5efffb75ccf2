"""What the owner wrote into files that ship with the app."""
